"""The only writer of state: one event becomes its rows, a ledger leaf, and letters."""
