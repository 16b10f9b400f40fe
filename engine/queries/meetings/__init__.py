"""Reads about a meeting: what comes up, and who takes part."""
