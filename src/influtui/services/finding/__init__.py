"""Finding people: search in the workspace, and sources outside of it."""
