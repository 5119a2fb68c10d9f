from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPixmap

from treadle.app.window.painting import painting


def test_a_painter_ends_also_where_painting_breaks_off(qapp):
    pixmap = QPixmap(8, 8)
    pixmap.fill(Qt.GlobalColor.white)
    with pytest.raises(ValueError, match="broke off"), painting(pixmap) as painter:
        assert painter.isActive()
        raise ValueError("broke off")
    assert not painter.isActive()
    assert not pixmap.paintingActive()
