"""Meetings are called, run and written down."""
