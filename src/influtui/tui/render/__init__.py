"""From record to what is shown: pure functions that a test can call without a terminal."""
