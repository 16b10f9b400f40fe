"""Who acts, how they came, and what they may do: one table, asked by every door."""
