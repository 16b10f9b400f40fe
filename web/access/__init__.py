"""Who comes in, and whether they may: cookies, the act of each address, and what stands in the menu."""
