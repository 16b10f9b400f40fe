"""Files people hand in: strict YAML with places, the shape of a file, and sheets."""
