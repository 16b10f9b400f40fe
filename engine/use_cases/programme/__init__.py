"""A programme is loaded, given workflows, and closed."""
