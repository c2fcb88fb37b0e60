"""Plugins as people see them: found, installed, looked over, asked for panes."""
