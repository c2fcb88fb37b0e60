"""The campaign's nouns and rules: pure functions and frozen records. No I/O, no clock, no randomness."""
