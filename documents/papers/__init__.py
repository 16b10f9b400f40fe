"""A meeting's papers: saksframlegg, saksliste and referat, as models and as words."""
