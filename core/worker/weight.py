"""What a value weighs, roughly: where it is not pickled, nobody knows better."""

from __future__ import annotations

import sys
from itertools import islice
from typing import Any

_SAMPLE = 16
_DEPTH = 4


def weight(value: Any, depth: int = _DEPTH) -> int:
    """Return about how many bytes a value takes; of a long collection from its first items."""
    size = getattr(value, "nbytes", None)
    if isinstance(size, int):
        return size
    own = sys.getsizeof(value, 64)
    if not depth or not isinstance(value, (list, tuple, set, frozenset, dict)) or not value:
        return own
    parts = value.values() if isinstance(value, dict) else value
    sample = [weight(part, depth - 1) for part in islice(parts, _SAMPLE)]
    return own + sum(sample) * len(value) // len(sample)
