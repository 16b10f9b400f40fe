"""The pages in a real browser; skipped, and said so, where Chromium is missing."""
