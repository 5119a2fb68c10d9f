"""How the window looks: its colours, measures, type and icons, each defined once."""
