"""Reads about a case: how it stands, who answers it, where it has been, and what comes next."""
