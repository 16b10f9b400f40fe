"""The machinery is watched, inspected and kept in order."""
