"""The pages in a real browser; `make test` leaves them out, and says so, where Chromium is missing."""
