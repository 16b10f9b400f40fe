"""What projects are expected to bring: goals and indicators, what is estimated, measured and realised."""
