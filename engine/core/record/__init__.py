"""What has happened, kept: events with their codec, the ledger that proves them, and who is told of them."""
