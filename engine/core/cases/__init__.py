"""A case and how it is decided: ballots, voting, and the meetings it comes up at."""
