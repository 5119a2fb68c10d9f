"""What can be done to see another part of a canvas; nothing of it changes the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ....core.pipeline import Body
    from .camera import Covered
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
        self._show(self.canvas.overlays.bounds() or (0.0, 0.0, 1.0, 1.0))

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
        canvas.camera.fit(box, canvas.width(), canvas.height(), covered=self._covered())
        canvas.look_changed()
        self._beside_the_map(box)
        canvas.scale_changed.emit(canvas.camera.scale)

    def _covered(self) -> Covered:
        """Return how much of the view lies under what is always there."""
        crumbs = self.canvas.overlays.breadcrumbs
        return 0.0, float(crumbs.geometry().bottom()) if crumbs.isVisible() else 0.0, 0.0, 0.0

    def _beside_the_map(self, box: tuple[float, float, float, float]) -> None:
        """Where the map came up over what was to be seen, show that beside it or above it, whichever is larger."""
        canvas, place = self.canvas, self.canvas.overlays.map
        if not place.isVisible():
            return
        x, y = canvas.camera.to_view(box[0] + box[2], box[1] + box[3])
        if x <= place.x() or y <= place.y():
            return
        left, top, _, _ = self._covered()
        ways = (left, top, float(canvas.width() - place.x()), 0.0), (left, top, 0.0, float(canvas.height() - place.y()))
        scales = []
        for covered in ways:
            canvas.camera.fit(box, canvas.width(), canvas.height(), covered=covered)
            scales.append(canvas.camera.scale)
        if scales[0] >= scales[1]:
            canvas.camera.fit(box, canvas.width(), canvas.height(), covered=ways[0])
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
