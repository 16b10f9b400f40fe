"""Reads about reports: the form, the lights, what was delivered, and the report itself."""
