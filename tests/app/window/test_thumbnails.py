"""Pictures of values in the window: sharp, larger at a click, and nothing of what is no picture."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtTest import QTest

from treadle.app.window.inspector.results import Previews
from treadle.app.window.inspector.sources import OutputPreview
from treadle.app.window.thumbnails import LARGE, LEAST, SIDE, Picture, Thumbnail
from treadle.core.worker.preview import preview

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360"><rect width="640" height="360" fill="#c00"/></svg>'


def url(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def of_array(height: int, width: int) -> Picture:
    image = np.broadcast_to(np.arange(width), (height, width))
    return Picture(preview(image, picture=True)["picture"])


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize(("height", "width"), [(10, 12), (75, 125), (150, 100)])
def test_each_pixel_of_a_picture_takes_whole_pixels_of_the_screen(qapp, ratio, height, width):
    shown = of_array(height, width).pixmap(SIDE, ratio, LEAST)
    times = shown.width() / width
    assert times == int(times) == shown.height() / height
    assert shown.devicePixelRatio() == ratio
    assert max(shown.width(), shown.height()) <= SIDE * ratio
    assert len(np.unique([shown.toImage().pixelColor(x, 0).red() for x in range(shown.width())])) == width


def test_a_picture_larger_than_its_place_is_made_smaller(qapp):
    shown = of_array(160, 160).pixmap(100, 1.0)
    assert shown.size() == QSize(100, 100)


def test_a_drawing_is_drawn_for_the_screen_it_is_on(qapp):
    picture = Picture(url("svg+xml", SVG.encode()))
    assert picture.shows
    assert picture.pixmap(SIDE, 2.0).size() == QSize(320, 180)
    assert picture.pixmap(LARGE, 1.0).toImage().pixelColor(300, 300).name() == "#cc0000"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org/a.png",
        "data:image/png;base64,????",
        url("png", b"none"),
        url("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\0\0\0\0\0\0\0\0"),
        url("svg+xml", b"<html/>"),
        url("gif", b"GIF89a"),
    ],
)
def test_what_is_no_picture_is_not_shown(qapp, theme, qtlog, text):
    with qtlog.disabled():
        assert not Picture(text).shows
        shown = Previews(theme)
        shown.show_previews([OutputPreview("out", {"type": "image", "picture": text})])
    assert shown.pictures == []


def test_a_click_and_the_keyboard_show_a_picture_larger(qtbot, theme):
    small = Thumbnail(of_array(40, 80), "smooth · sub-01", theme)
    qtbot.addWidget(small)
    assert small.accessibleName() == "Picture of smooth · sub-01"
    for press in (lambda: small.click(), lambda: QTest.keyClick(small, Qt.Key.Key_Space)):
        press()
        dialog = small._dialog
        assert dialog.isVisible()
        assert dialog.windowTitle() == "smooth · sub-01"
        assert dialog.width() >= LARGE
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()


def test_the_inspector_shows_pictures_in_place_of_old_ones(qtbot, theme):
    shown = Previews(theme)
    qtbot.addWidget(shown)
    image = preview(np.eye(20), picture=True)
    shown.show_previews([OutputPreview("image", image, "sub-01"), OutputPreview("count", {"type": "int", "text": "3"})])
    assert [one.title for one in shown.pictures] == ["image · sub-01"]
    assert shown.texts == ["image · sub-01: array, 20 × 20, float64, 0 … 1", "count: int", "3"]
    shown.show_previews([OutputPreview("count", {"type": "int", "text": "3"})])
    assert shown.pictures == []
