"""How much memory there is for the values of workers; it is told in the same way wherever workers are."""

from __future__ import annotations

from ..hosting.memory import budget

__all__ = ["budget"]
