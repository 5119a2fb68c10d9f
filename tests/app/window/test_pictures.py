"""Coloured drawings as files, and the part of the style sheet that shows them."""

from __future__ import annotations

import re

import pytest
from PyQt6.QtGui import QImage

from treadle.app.window.theme.icons import Drawings
from treadle.app.window.theme.pictures import Pictures
from treadle.app.window.theme.signs import signs_sheet
from treadle.app.window.theme.tokens import DARK, LIGHT


@pytest.fixture
def pictures(qapp, tmp_path):
    return Pictures(Drawings(), tmp_path / "pictures")


def test_a_picture_is_a_drawing_in_a_colour_that_qt_can_read(pictures):
    image = QImage(pictures.file("down", "#123456"))
    assert not image.isNull()
    inks = {image.pixelColor(x, y).name() for x in range(20) for y in range(20) if image.pixelColor(x, y).alpha() > 250}
    assert inks == {"#123456"}


def test_a_picture_that_was_spoiled_is_written_again(pictures, tmp_path):
    file = pictures.file("up", "#123456")
    (tmp_path / "pictures" / "up-123456.svg").write_text("not a drawing")
    assert pictures.file("up", "#123456") == file
    assert not QImage(file).isNull()


def test_where_nothing_can_be_written_there_are_no_pictures(qapp, tmp_path):
    (tmp_path / "file").write_text("")
    assert Pictures(Drawings(), tmp_path / "file" / "inside").file("down", "#123456") == ""


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_signs_have_colours_of_their_theme_only(colours, pictures):
    sheet = signs_sheet(colours, pictures.file)
    assert set(re.findall(r"#[0-9A-Fa-f]{6}", sheet)) <= set(vars(colours).values())
    assert sheet.count("image: url(") == 6


def test_without_pictures_the_signs_are_plain(qapp):
    assert "url(" not in signs_sheet(LIGHT, lambda _name, _colour: "")
