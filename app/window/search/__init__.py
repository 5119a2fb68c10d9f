"""The search field with its list: at the cursor for modules, in the middle of the window for commands."""
