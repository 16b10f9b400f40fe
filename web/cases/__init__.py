"""The pages of a case: reading it, answering it, and its papers."""
