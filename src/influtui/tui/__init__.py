"""The app: panes, widgets and keys over the services."""
