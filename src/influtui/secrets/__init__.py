"""The only room that reads credentials."""
