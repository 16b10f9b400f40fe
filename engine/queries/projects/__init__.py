"""Reads about projects: the gate ahead, the portfolio, and candidates side by side."""
