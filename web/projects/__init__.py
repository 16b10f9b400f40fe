"""A project's own pages: filling in what its next gate asks for, and asking for it."""
