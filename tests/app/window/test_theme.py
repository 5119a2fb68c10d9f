from __future__ import annotations

import re
from importlib import resources

import pytest
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QCheckBox

from treadle.app.window.theme.icons import Drawings
from treadle.app.window.theme.style import style_sheet
from treadle.app.window.theme.tokens import CATEGORIES, DARK, LIGHT, OTHER_CATEGORY, STATES

ICONS = sorted(
    file.name.removesuffix(".svg") for file in (resources.files("treadle") / "resources" / "icons").iterdir()
    if file.name.endswith(".svg")
)  # fmt: skip


def painted(pixmap):
    image = pixmap.toImage()
    return {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }  # fmt: skip


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_is_painted_in_the_colour_that_is_asked_for(theme, name):
    colours = painted(theme.pixmap(name, "#123456", 40))
    assert colours
    assert name == "treadle" or "#123456" in colours


@pytest.mark.parametrize("name", ICONS)
def test_icons_name_no_colour_of_their_own(name):
    if name != "treadle":
        found = re.findall(r"#[0-9a-fA-F]{3,6}", Drawings().text(name))
        assert set(found) <= {"#fff"}


def test_what_states_and_categories_show_is_there():
    shapes = {look.shape for look in STATES.values()} | {icon for icon, _ in [*CATEGORIES.values(), OTHER_CATEGORY]}
    assert shapes <= set(ICONS)


def test_an_icon_that_is_not_there_is_an_error_at_once(theme):
    with pytest.raises(KeyError, match="no-such"):
        theme.icon("no-such")


def test_choosing_a_theme_changes_the_colours_and_tells(theme, qtbot):
    with qtbot.waitSignal(theme.changed):
        theme.choose("dark")
    assert theme.colours is DARK
    with qtbot.assertNotEmitted(theme.changed):
        theme.choose("dark")


def test_an_application_is_dressed_in_the_theme_and_in_the_next(theme, qapp):
    theme.dress(qapp)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(LIGHT.surface)
    theme.choose("dark")
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.surface)
    assert DARK.canvas not in qapp.styleSheet() or LIGHT.surface not in qapp.styleSheet()
    qapp.setStyleSheet("")


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_style_sheet_has_colours_of_its_theme_only(colours):
    other = DARK if colours is LIGHT else LIGHT
    own = set(vars(colours).values()) | {look.colour.on(colours) for look in STATES.values()}
    found = set(re.findall(r"#[0-9A-Fa-f]{6}", style_sheet(colours)))
    assert found <= own
    assert not found & (set(vars(other).values()) - own)


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_a_box_that_is_ticked_shows_so_while_it_is_disabled(theme, qapp, qtbot, choice):
    theme.choose(choice)
    theme.dress(qapp)
    seen = set()
    for ticked in (True, False):
        box = QCheckBox("Encrypt")
        qtbot.addWidget(box)
        box.setChecked(ticked)
        box.setEnabled(False)
        image = box.grab().toImage()
        around = [image.pixelColor(x, y).name() for x in range(2, 14) for y in range(image.height())]
        seen.add(frozenset(around))
    ticked_colours, plain_colours = sorted(seen, key=len, reverse=True)
    qapp.setStyleSheet("")
    assert theme.colours.secondary.lower() in ticked_colours - plain_colours


def test_icons_are_as_sharp_as_the_screen(theme):
    pixmap = theme.pixmap("run", size=16, ratio=2.0)
    assert pixmap.width() == 32
    assert pixmap.devicePixelRatio() == 2.0
