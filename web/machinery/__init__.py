"""Whether all is well, for whoever watches."""
