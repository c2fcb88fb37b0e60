"""Every use case once, one module a stage of the work. The pane, the command and the worker call these."""
