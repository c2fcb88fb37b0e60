"""The app: panes over the same services as the command line. Nothing below this room knows that a screen exists."""
