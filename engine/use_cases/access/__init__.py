"""Coming in, and shutting again what has been opened."""
