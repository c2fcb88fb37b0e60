"""The panes: each wires one place of the work to the services."""
