"""The command line: one module a noun, over the same services as the app."""
