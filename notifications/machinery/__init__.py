"""Letters about the machinery."""
