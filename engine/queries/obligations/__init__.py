"""Reads about what is owed: the plan, the lists, what will be reminded of, and the year."""
