"""Describes functions as modules: from live objects, from text, from docstrings."""
