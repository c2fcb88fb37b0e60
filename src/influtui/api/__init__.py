"""What plugin authors import: hooks, base classes, records, typed errors. Nothing here imports a screen or a network client."""
