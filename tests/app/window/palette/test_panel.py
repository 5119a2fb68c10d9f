from __future__ import annotations

import pytest
from panels import ADD, SMOOTH, SlowRunner, filled_catalogue
from PyQt6.QtCore import Qt

from treadle.app.window.catalogue import Catalogue
from treadle.app.window.palette.model import CATEGORY, MIME, PATH, path_in
from treadle.app.window.palette.panel import PalettePanel
from treadle.core import protocol as p
from treadle.core.errors import TreadleError


@pytest.fixture
def panel(theme, qtbot, tmp_path):
    made = PalettePanel(filled_catalogue(tmp_path / "c.json"), theme)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def waiting(theme, qtbot, tmp_path):
    runner = SlowRunner()
    catalogue = Catalogue(runner, tmp_path / "c.json")
    made = PalettePanel(catalogue, theme)
    qtbot.addWidget(made)
    made.show()
    catalogue.start()
    return made, runner


def rows(panel):
    return [panel.model.index(row, 0) for row in range(panel.model.rowCount())]


def named(panel, text):
    return panel.model.match(
        panel.model.index(0, 0), Qt.ItemDataRole.DisplayRole, text, flags=Qt.MatchFlag.MatchRecursive
    )[0]


def test_modules_stand_under_their_categories_the_known_ones_first(panel):
    assert [index.data(CATEGORY) for index in rows(panel)] == ["Files", "Images", "Arithmetic"]
    assert named(panel, "Smooth").parent().data() == "Images"


def test_a_misspelt_word_finds_a_module_and_enter_places_it(panel, qtbot):
    qtbot.keyClicks(panel.field, "smoth")
    assert [index.data() for index in rows(panel)] == ["Smooth"]
    with qtbot.waitSignal(panel.place_requested) as caught:
        qtbot.keyClick(panel.field, Qt.Key.Key_Return)
    assert caught.args == [SMOOTH.path]


def test_a_double_click_places_a_module_but_no_category(panel, qtbot):
    placed = []
    panel.place_requested.connect(placed.append)
    panel.tree.doubleClicked.emit(named(panel, "Images"))
    panel.tree.doubleClicked.emit(named(panel, "Add"))
    assert placed == [ADD.path]


def test_what_is_dragged_names_the_module(panel):
    data = panel.model.mimeData([named(panel, "Smooth")])
    assert data.hasFormat(MIME)
    assert path_in(data) == SMOOTH.path


def test_categories_stay_open_when_the_catalogue_changes(panel):
    panel.tree.expand(named(panel, "Images"))
    panel._catalogue.changed.emit()
    assert panel.tree.isExpanded(named(panel, "Images"))
    assert not panel.tree.isExpanded(named(panel, "Files"))


def test_the_tooltip_has_the_help_and_the_ports(panel):
    tip = named(panel, "Smooth").data(Qt.ItemDataRole.ToolTipRole)
    assert "Smooth an image with a Gaussian." in tip
    assert "sigma: float = 1.0 px" in tip


def test_help_is_text_and_no_markup(theme, tmp_path, qtbot):
    module = SMOOTH.__class__(path="a:b", title="<img src=x>", help="<b>loud</b>")
    panel = PalettePanel(filled_catalogue(tmp_path / "c.json", (module,)), theme)
    qtbot.addWidget(panel)
    tip = named(panel, "<img src=x>").data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;img" in tip
    assert "&lt;b&gt;loud" in tip


def test_while_modules_are_looked_for_it_says_so(waiting):
    panel, _ = waiting
    assert panel.empty.isVisible()
    assert "Looking for modules" in panel.empty.said


def test_a_runner_that_fails_is_told_with_a_button_to_try_again(waiting):
    panel, runner = waiting
    runner.answer(TreadleError("the runner is gone"))
    assert "the runner is gone" in panel.empty.said
    panel.empty.press()
    runner.answer(p.ModuleList(modules=(ADD,)))
    assert panel.tree.isVisible()


def test_a_word_that_finds_nothing_says_what_to_do(panel):
    panel.field.setText("xyzzy")
    assert "Nothing found" in panel.empty.said
    panel.empty.press()
    assert panel.field.text() == ""


def test_a_function_is_placed_by_its_import_path(panel, qtbot):
    panel.field.setText("scipy.ndimage:gaussian_filter")
    with qtbot.waitSignal(panel.place_requested) as caught:
        panel.empty.press()
    assert caught.args == ["scipy.ndimage:gaussian_filter"]


def test_broken_sources_are_counted_and_their_reasons_can_be_read(theme, tmp_path, qtbot):
    broken = (p.BrokenSource(name="mine.py", reason="no module named numpyy"),)
    panel = PalettePanel(filled_catalogue(tmp_path / "c.json", broken=broken), theme)
    qtbot.addWidget(panel)
    panel.show()
    assert panel.broken.line.text() == "1 source could not be read"
    assert not panel.broken.reasons.isVisible()
    panel.broken.line.click()
    assert panel.broken.reasons.isVisible()
    assert "mine.py\nno module named numpyy" in panel.broken.reasons.toPlainText()


def test_a_change_of_theme_is_taken(panel, theme):
    theme.choose("dark")
    assert len([action for action in panel.field.actions() if action.objectName() == "search"]) == 1
    assert not named(panel, "Images").data(PATH)
