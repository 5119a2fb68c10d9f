"""A painter that ends with what is painted, also where that breaks off: Qt does not survive one that goes on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PyQt6.QtGui import QPainter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt6.QtGui import QPaintDevice


@contextmanager
def painting(device: QPaintDevice) -> Iterator[QPainter]:
    """Paint on a device."""
    painter = QPainter(device)
    try:
        yield painter
    finally:
        painter.end()
