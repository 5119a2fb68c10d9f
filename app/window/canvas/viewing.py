"""What can be done to see another part of a canvas; nothing of it changes the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ....core.pipeline import Body
    from .view import CanvasView

ZOOM_STEP = 1.25


class OnCanvas:
    """Actions of one canvas."""

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas

    @property
    def body(self) -> Body:
        """What is shown."""
        return self.canvas.board.body_shown


class Viewing(OnCanvas):
    """Zooming, and bringing things into sight."""

    def fit(self) -> None:
        """Show all there is."""
        box = self.canvas.overlays.bounds() if hasattr(self.canvas, "overlays") else None
        self._show(box or (0.0, 0.0, 1.0, 1.0))

    def fit_selection(self) -> None:
        """Show what is selected, all if nothing is."""
        board = self.canvas.board
        box = board.box(board.places.mask(self.canvas.picked.nodes))
        if box is None:
            self.fit()
        else:
            self._show(box)

    def _show(self, box: tuple[float, float, float, float]) -> None:
        canvas = self.canvas
        canvas.camera.fit(box, canvas.width(), canvas.height())
        canvas.scale_changed.emit(canvas.camera.scale)
        canvas.look_changed()

    def zoom_to(self, scale: float) -> None:
        """Show at a scale, 1.0 for 100 %, what is in the middle now."""
        canvas = self.canvas
        canvas.zoom(scale / canvas.camera.scale, canvas.width() / 2, canvas.height() / 2)

    def zoom_in(self) -> None:
        """Enlarge."""
        self.zoom_to(self.canvas.camera.scale * ZOOM_STEP)

    def zoom_out(self) -> None:
        """Show more, smaller."""
        self.zoom_to(self.canvas.camera.scale / ZOOM_STEP)

    def reveal(self, node_id: str) -> None:
        """Select a node and bring it into sight, moving as little as possible."""
        canvas = self.canvas
        canvas.pick({node_id})
        box, seen = canvas.card_box(node_id), canvas.seen()
        margin = 24 / canvas.camera.scale
        canvas.camera.x += min(box.left() - margin - seen[0], 0) + max(box.right() + margin - seen[2], 0)
        canvas.camera.y += min(box.top() - margin - seen[1], 0) + max(box.bottom() + margin - seen[3], 0)
        canvas.look_changed()
