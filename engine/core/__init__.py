"""The rules of the programme, pure: no SQL, no clock, no network and no framework."""
