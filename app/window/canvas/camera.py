"""Which part of the scene is seen, and how large."""

from __future__ import annotations

from .measures import LEAST_SCALE, MOST_SCALE

Covered = tuple[float, float, float, float]

LEAST_MARGIN, MOST_MARGIN, MARGIN_SHARE = 16.0, 40.0, 0.06
"""Around what is fitted into a view: a share of it, within limits."""


class Camera:
    """Turns places of the scene into places of the view and back: view = (scene - origin) × scale."""

    def __init__(self) -> None:
        self.x = self.y = 0.0
        self.scale = 1.0

    def to_scene(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of the scene that is seen at a place of the view."""
        return self.x + x / self.scale, self.y + y / self.scale

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        """Return where in the view a place of the scene is seen."""
        return (x - self.x) * self.scale, (y - self.y) * self.scale

    def seen(self, width: float, height: float) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of what a view of this size shows."""
        return self.x, self.y, self.x + width / self.scale, self.y + height / self.scale

    def pan(self, dx: float, dy: float) -> None:
        """Move what is seen by pixels of the view."""
        self.x -= dx / self.scale
        self.y -= dy / self.scale

    def zoom(self, factor: float, x: float, y: float) -> None:
        """Enlarge, keeping what is seen at (x, y) of the view in its place."""
        self.set_scale(self.scale * factor, x, y)

    def set_scale(self, scale: float, x: float, y: float) -> None:
        """Set the scale, keeping what is seen at (x, y) of the view in its place."""
        at_x, at_y = self.to_scene(x, y)
        self.scale = min(max(scale, LEAST_SCALE), MOST_SCALE)
        self.x, self.y = at_x - x / self.scale, at_y - y / self.scale

    def fit(
        self,
        box: tuple[float, float, float, float],
        width: float,
        height: float,
        most: float = 1.0,
        covered: Covered = (0.0, 0.0, 0.0, 0.0),
    ) -> None:
        """Show a rectangle (x, y, width, height) in the middle of a view of this size, at ``most`` enlarged.

        What is ``covered`` at the left, top, right and bottom of the view is kept free, and a margin within.
        """
        left, top, right, bottom = covered
        width, height = max(width - left - right, 40.0), max(height - top - bottom, 40.0)
        margin = min(MOST_MARGIN, max(LEAST_MARGIN, min(width, height) * MARGIN_SHARE))
        room_x, room_y = max(width - 2 * margin, 40.0), max(height - 2 * margin, 40.0)
        scale = min(room_x / max(box[2], 1.0), room_y / max(box[3], 1.0), most)
        self.scale = min(max(scale, LEAST_SCALE), MOST_SCALE)
        self.x = box[0] + box[2] / 2 - (left + width / 2) / self.scale
        self.y = box[1] + box[3] / 2 - (top + height / 2) / self.scale
