"""The command line, and the one place that puts all the rooms together."""
