"""Reads for letters: what a letter is about."""
