"""What a worker answers to a call; it is made in the same way wherever workers are."""

from __future__ import annotations

from ..hosting.answers import handed_out, result_of, sizes

__all__ = ["handed_out", "result_of", "sizes"]
