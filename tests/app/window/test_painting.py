from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPixmap

from treadle.app.window.painting import painting


def test_a_painter_ends_also_where_painting_breaks_off(qapp):
    pixmap = QPixmap(8, 8)
    pixmap.fill(Qt.GlobalColor.white)
    painters = []

    def break_off():
        with painting(pixmap) as painter:
            painters.append(painter)
            assert pixmap.paintingActive()
            raise ValueError("broke off")

    with pytest.raises(ValueError, match="broke off"):
        break_off()
    assert [painter.isActive() for painter in painters] == [False]
    assert not pixmap.paintingActive()
