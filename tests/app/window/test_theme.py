from __future__ import annotations

import re
from importlib import resources

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QCheckBox, QDialog, QLabel, QListWidget, QWidget

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


@pytest.fixture
def dressed(theme, qapp):
    """Return the theme of the application."""
    theme.dress(qapp)
    yield theme
    qapp.setStyleSheet("")


class Heard(QWidget):
    """Counts how often it is told that its style is another one."""

    times = 0

    def changeEvent(self, event):
        self.times += event.type() == QEvent.Type.StyleChange
        super().changeEvent(event)


def test_a_widget_that_lies_deep_is_dressed_for_the_next_theme_once(dressed, qtbot):
    outer = QWidget()
    qtbot.addWidget(outer)
    widget = outer
    for _ in range(12):
        widget = Heard(widget)
    outer.show()
    widget.times = 0
    dressed.choose("dark")
    assert widget.times == 1


def test_what_is_shown_wears_the_next_theme(dressed, qtbot):
    label = QLabel("A")
    outer = QDialog()
    qtbot.addWidget(outer)
    label.setParent(outer)
    outer.show()
    for choice, colours in (("dark", DARK), ("light", LIGHT), ("dark", DARK)):
        dressed.choose(choice)
        corner = outer.grab().toImage().pixelColor(outer.width() - 2, outer.height() - 2)
        assert corner == QColor(colours.surface)


def test_a_list_stays_where_it_was_when_the_theme_changes(dressed, qtbot):
    rows = QListWidget()
    qtbot.addWidget(rows)
    rows.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
    rows.addItems([f"row {number}" for number in range(200)])
    rows.resize(200, 300)
    rows.show()
    bar = rows.verticalScrollBar()
    bar.setValue(bar.maximum())
    before = bar.value()
    assert before > 0
    dressed.choose("dark")
    QCoreApplication.processEvents()
    assert (bar.value(), bar.maximum()) == (before, before)


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
