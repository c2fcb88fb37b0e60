"""From what Textual composed to the fewest bytes that make the terminal show it. Knows cells and colours, nothing of widgets."""
