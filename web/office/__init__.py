"""The programme office's desk: what the day brings, who sits where, and taking projects in."""
