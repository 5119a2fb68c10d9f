"""How large a window is before the person has made it larger or smaller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

USUAL = QSize(1280, 800)
FRAME = 40
"""What the title and the frame of a window take of the height of a screen."""


def first_size(window: QWidget) -> QSize:
    """Return the usual size, or as much of it as the screen has room for, with the frame around."""
    screen = window.screen()
    return USUAL if screen is None else USUAL.boundedTo(screen.availableGeometry().size() - QSize(0, FRAME))
