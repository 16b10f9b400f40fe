"""What is so: reads that take an open transaction and return a frozen view. Nothing here writes."""
