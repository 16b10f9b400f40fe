"""Projects are imported, given facts, papers and answers, and taken in."""
