"""What is owed, by whom, about what, and what settles it."""
