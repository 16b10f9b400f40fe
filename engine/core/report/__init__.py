"""The report of a tertial, computed: what is known, every section out, and where it disagrees."""
