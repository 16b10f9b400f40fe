"""Reads about benefits: which are expected, what was measured, and which one is meant."""
