"""What is owed is planned, reminded of, settled and given another date."""
