"""The contract kit that plugin authors subclass."""
