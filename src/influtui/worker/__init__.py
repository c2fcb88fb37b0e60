"""The background process: mail, sending and schedules."""
