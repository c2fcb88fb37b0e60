"""Parcels: whose they are, and what happens to them."""
