"""The way in: from a letter's link, or by signing in, and the page that meets one there."""
