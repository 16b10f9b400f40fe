"""What the programme has reported, for whoever may read it."""
