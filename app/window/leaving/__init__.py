"""Leaving: what becomes of what runs when the window closes, and what an earlier session left."""
