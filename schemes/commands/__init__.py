"""Executes each call by a command of its own: what schemes of plug-ins are mostly made of."""
