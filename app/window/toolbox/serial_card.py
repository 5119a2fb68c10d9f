"""The card of the serial scheme, which is always there."""

from __future__ import annotations

from .card import Card


class SerialCard(Card):
    """Has nothing to be set."""

    def about(self) -> str:
        """Return the line of help."""
        return self.tr("Always there: one task after the other, for what no other scheme can take")
