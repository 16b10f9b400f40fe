"""What holds for the whole house: layers, names, completeness."""
