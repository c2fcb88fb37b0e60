"""Widgets that know how to show, and nothing of what they show means."""
