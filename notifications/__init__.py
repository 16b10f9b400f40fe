"""How does a letter that must be sent become words, bytes and a delivery? Recipients are chosen elsewhere."""
