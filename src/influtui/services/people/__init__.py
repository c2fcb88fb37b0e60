"""People and their accounts: taken in, shown, edited, scored, joined, exported, forgotten."""
