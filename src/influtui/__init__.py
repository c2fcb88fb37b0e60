"""influtui: run an influencer campaign from the terminal, from the first search to the last report."""

__version__ = "0.1.0"
