"""Who comes in: signing in and out, and the one place that lets a request through to its page."""
