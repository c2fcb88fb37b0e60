"""The seeded world: a complete workspace made from a number, without network or keys."""
