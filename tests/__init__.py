"""What proves Faseport: unit, architecture, integration, acceptance and browser."""
