"""A window that is opened for the first time fits the screen."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PyQt6.QtCore import QRect, QSize

from treadle.app.window.first_size import first_size


@pytest.mark.parametrize(
    ("screen", "expected"), [((1280, 720), (1280, 680)), ((1920, 1080), (1280, 800)), ((1024, 600), (1024, 560))]
)
def test_a_window_is_no_larger_than_its_screen_with_its_frame(screen, expected):
    shown = SimpleNamespace(availableGeometry=lambda: QRect(0, 0, *screen))
    assert first_size(SimpleNamespace(screen=lambda: shown)) == QSize(*expected)
    assert first_size(SimpleNamespace(screen=lambda: None)) == QSize(1280, 800)
