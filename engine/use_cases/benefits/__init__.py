"""Benefits are added, estimated, measured and realised."""
