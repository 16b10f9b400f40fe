"""Reads about the machinery: what it could not do."""
