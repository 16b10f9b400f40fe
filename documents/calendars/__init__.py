"""Dates as calendars read them: an invitation, a person's own deadlines, the programme's year."""
