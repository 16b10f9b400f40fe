"""The installed program as its users meet it."""
