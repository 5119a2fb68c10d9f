from __future__ import annotations

import pytest
from panels import ADD, SMOOTH, filled_catalogue
from PyQt6.QtCore import QPoint, Qt

from treadle.app.window.search.entries import Entry, matching
from treadle.app.window.search.module_search import import_path, module_entries
from treadle.app.window.search.popup import SearchPopup
from treadle.app.window.theme.theme import Theme
from treadle.core.modules import Port


@pytest.fixture
def popup(qtbot):
    made = SearchPopup(Theme("light"))
    qtbot.addWidget(made)
    return made


@pytest.fixture
def done():
    return []


@pytest.fixture
def commands(done):
    names = ("Run", "Run to here", "Save", "Save as…", "Delete")
    return [Entry(name, lambda name=name: done.append(name), enabled=name != "Save") for name in names]


def shown(popup):
    return [entry.text for entry in popup.list.entries]


def test_arrows_and_enter_choose_over_what_is_disabled(popup, commands, done, qtbot):
    popup.open_at(QPoint(0, 0), lambda word: matching(commands, word))
    for _ in range(2):
        qtbot.keyClick(popup.field, Qt.Key.Key_Down)
    with qtbot.waitSignal(popup.closed) as caught:
        qtbot.keyClick(popup.field, Qt.Key.Key_Return)
    assert done == ["Save as…"]
    assert caught.args == [True]


def test_escape_closes_without_a_choice(popup, commands, done, qtbot):
    popup.open_at(QPoint(0, 0), lambda word: matching(commands, word))
    with qtbot.waitSignal(popup.closed) as caught:
        qtbot.keyClick(popup, Qt.Key.Key_Escape)
    assert caught.args == [False]
    assert done == []


def test_what_is_typed_narrows_and_the_first_is_current(popup, commands, done, qtbot):
    popup.open_at(QPoint(0, 0), lambda word: matching(commands, word))
    qtbot.keyClicks(popup.field, "dleete")
    assert shown(popup) == ["Delete"]
    qtbot.keyClick(popup.field, Qt.Key.Key_Return)
    assert done == ["Delete"]


def test_a_click_chooses(popup, commands, done):
    popup.open_at(QPoint(0, 0), lambda word: matching(commands, word))
    popup.list.clicked.emit(popup.list.model().index(1, 0))
    assert done == ["Run to here"]


def test_what_is_disabled_cannot_be_chosen(popup, commands, done):
    popup.open_at(QPoint(0, 0), lambda word: matching(commands, word))
    popup.list.clicked.emit(popup.list.model().index(2, 0))
    assert done == []


def test_where_nothing_is_found_it_says_so(popup, commands):
    popup.open_at(QPoint(0, 0), lambda word: matching(commands, word), empty="No such command")
    popup.field.setText("xyzzy")
    assert not popup.list.isVisible()
    assert popup._nothing.text() == "No such command"


def test_it_opens_where_it_can_be_seen_whole(popup, commands, qapp):
    screen = qapp.primaryScreen().availableGeometry()
    popup.open_at(screen.bottomRight(), lambda word: matching(commands, word))
    assert screen.contains(popup.geometry())


def test_the_best_match_comes_first():
    entries = [Entry("Save a picture", print), Entry("Run", print, words="execute"), Entry("Rung", print)]
    assert [entry.text for entry in matching(entries, "run")] == ["Run", "Rung"]
    assert [entry.text for entry in matching(entries, "execute")] == ["Run"]
    assert len(matching(entries, " ")) == 3


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("scipy.ndimage:gaussian_filter", "scipy.ndimage:gaussian_filter"),
        (" math.sqrt ", "math:sqrt"),
        ("smooth", ""),
        ("os:system(1)", ""),
        ("two words", ""),
    ],
)
def test_an_import_path_is_recognised(written, meant):
    assert import_path(written) == meant


def test_modules_that_fit_a_port_say_by_which_of_theirs(tmp_path, qapp):
    chosen = []
    find = module_entries(
        filled_catalogue(tmp_path / "c.json"), chosen.append, print, Port(name="out", type="numpy.ndarray")
    )
    (entry,) = find("")
    assert (entry.text, entry.detail) == ("Smooth", "image: numpy.ndarray")
    entry.callback()
    assert chosen == [SMOOTH]


def test_a_function_that_is_not_in_the_catalogue_can_be_placed_by_its_path(tmp_path, qapp):
    paths = []
    find = module_entries(filled_catalogue(tmp_path / "c.json"), print, paths.append)
    find("math:sqrt")[0].callback()
    assert paths == ["math:sqrt"]
    assert find(ADD.path)[0].text == "Add"
