"""What every paper is set with: blocks and charts, and the formats that take them."""
