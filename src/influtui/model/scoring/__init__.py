"""Scores that explain themselves: relevance, authenticity, reach and fit, each a list of components that add up to it."""
