"""The store, delivery and the web with the real database and real SMTP."""
