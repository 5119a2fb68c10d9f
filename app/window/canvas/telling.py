"""How nodes do, as runs tell it: what comes in a moment is shown together, and kept for the bodies not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QTimer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..looks import NodeLook
    from .view import CanvasView

STATES_MS = 33


class Telling:
    """The looks of all nodes of a document, by their paths (``group/node``)."""

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas
        self._pending: dict[str, NodeLook] = {}
        self._looks: dict[str, NodeLook] = {}
        self._timer = QTimer(canvas)
        self._timer.setSingleShot(True)
        self._timer.setInterval(STATES_MS)
        self._timer.timeout.connect(self.show)

    def take(self, looks: Mapping[str, NodeLook]) -> None:
        """Show these soon."""
        self._pending.update(looks)
        if not self._timer.isActive():
            self._timer.start()

    def show(self) -> None:
        """Show what was told since the last time."""
        looks, self._pending = self._pending, {}
        self._looks.update(looks)
        canvas = self.canvas
        canvas.picture.show(self._here(looks))
        canvas.overlays.states_changed()
        canvas.update()

    def shown(self) -> dict[str, NodeLook]:
        """Return the looks of the body that is shown, by the ids there."""
        return dict(self._here(self._looks))

    def _here(self, looks: dict[str, NodeLook]) -> dict[str, NodeLook]:
        if not self.canvas.where:
            return looks
        prefix = "/".join(self.canvas.where) + "/"
        return {path[len(prefix) :]: look for path, look in looks.items() if path.startswith(prefix)}
