"""A workflow: its definition, what is verified in it, its criteria, and the machine that moves a phase."""
