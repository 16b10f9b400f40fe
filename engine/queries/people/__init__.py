"""Reads about people: who somebody is, what they may do, and who answers for what."""
