"""Cases are asked for, answered, concluded, amended, withdrawn and carried out."""
