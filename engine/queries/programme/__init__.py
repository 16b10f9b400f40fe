"""Reads about the programme in force: its bodies and its periods."""
