"""The card of the serial scheme, which is always there."""

from __future__ import annotations

from .card import Card


class SerialCard(Card):
    """Has nothing to be set."""

    def words(self) -> tuple[str, str]:
        """Return what the scheme is called, and the line of help."""
        return self.tr("Serial"), self.tr("Always there: one task after the other, for what no other scheme can take")
