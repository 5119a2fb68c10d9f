"""The outline: nodes as a tree and connections as a table, for all that the canvas does."""
