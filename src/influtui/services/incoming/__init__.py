"""Mail that comes in: read, matched, taken for something, acted upon."""
