"""The inspector: all that is set, shown and said of the selected nodes."""
