"""CEL rules over the facts: read strictly, typed before they are kept, and evaluated without raising."""
