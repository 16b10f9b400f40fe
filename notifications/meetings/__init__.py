"""Letters about meetings."""
