"""Editors of parameters, one file a kind; each takes and gives a value, and says what is wrong."""
