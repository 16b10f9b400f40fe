"""The report of a tertial in words: its parts, its editions, and the letters and reports beside it."""
