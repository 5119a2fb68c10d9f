from __future__ import annotations

import pytest
from PyQt6.QtGui import QFontMetricsF, QImage, QPainter

from treadle.app.window.canvas.card_painting import paint_card
from treadle.app.window.canvas.compact_painting import READABLE_SCALE, broken, grown, is_compact, paint_title
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


@pytest.mark.parametrize("scale", [0.25, 0.3, 0.5, 0.6])
def test_titles_are_painted_in_one_size_that_can_be_read(canvas, monkeypatch, scale):
    sizes = []
    sized = canvas.inks.sized
    monkeypatch.setattr(canvas.inks, "sized", lambda font, size: sizes.append(size) or sized(font, size))
    cards = list(canvas.board.cards.values())
    cards[0].title = "Untersuchungszeitraumsdurchschnitt der geglätteten Bilder aller Versuchspersonen"
    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    for card in cards:
        paint_title(painter, card, canvas.inks, scale)
    painter.end()
    assert len(cards) > 1
    assert len(set(sizes)) == 1
    assert sizes[0] * scale == pytest.approx(canvas.inks.title_font.pixelSize() * READABLE_SCALE, abs=0.5)


@pytest.mark.parametrize(("scale", "bands"), [(0.3, True), (0.5, False)])
def test_a_small_card_has_the_colour_of_its_category_along_its_edge(canvas, scale, bands):
    card = next(iter(canvas.board.cards.values()))
    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    paint_card(painter, card, canvas.inks, scale, selected=False, hovered=False)
    painter.end()
    colour = canvas.inks.category(card.category)[1]
    assert (image.pixelColor(4, card.height // 2 - 20) == colour) is bands
