"""Every step the schema has taken; run by `engine.store.schema`, on an engine of their own."""
