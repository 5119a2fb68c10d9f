"""The palette: the modules by category, to be searched, read about and placed."""
