"""The core alone: no database, no sockets, no files but the definitions."""
