"""The pages of what is owed: «Mine frister», and the programme's year."""
