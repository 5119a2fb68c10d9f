"""Keeps results between runs: signed, verified before they are read, the least recently used given up first."""
