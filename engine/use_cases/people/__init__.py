"""People are registered, away, seated and erased."""
