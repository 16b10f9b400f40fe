"""The meetings of every body, for whoever may read them."""
