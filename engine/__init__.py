"""What is decided, stored and asked for: the core, the store and the use cases."""
