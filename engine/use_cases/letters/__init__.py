"""Letters are claimed, sent and settled; calendars are kept."""
