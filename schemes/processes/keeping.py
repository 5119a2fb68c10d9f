"""The values that a worker keeps; they are kept in the same way wherever workers are."""

from __future__ import annotations

from ..hosting.keeping import MOST_MAPPED, Given, Keeping, Slot, Slots

__all__ = ["MOST_MAPPED", "Given", "Keeping", "Slot", "Slots"]
