"""What builds and checks the house; never shipped."""
