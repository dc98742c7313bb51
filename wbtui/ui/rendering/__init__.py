"""Work-arounds for Textual, each with the reason or the figure that justifies it."""
