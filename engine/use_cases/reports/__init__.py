"""Reports are imported, written, delivered, approved and published; periods close."""
