"""Letters about deadlines."""
