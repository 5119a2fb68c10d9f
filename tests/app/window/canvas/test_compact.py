from __future__ import annotations

import pytest
from PyQt6.QtGui import QFontMetricsF

from treadle.app.window.canvas.compact_painting import broken, grown, is_compact
from treadle.app.window.theme.tokens import NAMES_FROM_SCALE


def test_words_grow_as_the_card_shrinks():
    assert grown(1.0) == 1.0
    assert not is_compact(NAMES_FROM_SCALE)
    assert grown(0.5) > grown(0.6) > 1.0


@pytest.mark.parametrize("width", [20, 60, 120, 400])
@pytest.mark.parametrize("title", ["tSNR smoothed in mask", "Untersuchungszeitraumsdurchschnitt", "a", ""])
def test_a_title_is_broken_into_lines_that_fit(qapp, title, width):
    metrics = QFontMetricsF(qapp.font())
    lines = broken(title, metrics, width, 3)
    assert 1 <= len(lines) <= 3
    assert all(metrics.horizontalAdvance(line) <= width + 1 for line in lines)


def test_a_title_with_room_is_one_whole_line(qapp):
    assert broken("tSNR smoothed", QFontMetricsF(qapp.font()), 1000, 2) == ["tSNR smoothed"]
