"""The bluesky plugin."""
