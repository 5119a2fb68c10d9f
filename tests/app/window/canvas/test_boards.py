"""Large pipelines are laid out beside the window's thread, as they are read."""

from __future__ import annotations

import threading

import pytest
from PyQt6.QtGui import QFont

from treadle.app.window.canvas.boards import MANY, Boards
from treadle.app.window.canvas.inks import Inks
from treadle.app.window.canvas.view import CanvasView
from treadle.app.window.document import Document
from treadle.core.document import save
from treadle.core.pipeline import Connection, Node, Pipeline
from treadle.core.trust import TrustStore

SECONDS = 30.0


def saved(folder, nodes):
    made = Pipeline("grid")
    for number in range(nodes):
        made.nodes[f"n{number}"] = Node(module="operator:neg", position=(240.0 * (number % 20), 90.0 * (number // 20)))
        if number:
            made.connections[f"n{number}.a"] = Connection(f"n{number - 1}.out")
    return save(made, folder / "grid.treadle")


@pytest.fixture
def boards(theme):
    made = Boards()
    made.font = QFont(Inks(theme).title_font)
    return made


def read_aside(boards, path):
    found = []
    thread = threading.Thread(target=lambda: found.append(boards.read(path)))
    thread.start()
    thread.join(SECONDS)
    return found[0]


def test_a_canvas_of_what_was_laid_out_aside_is_that_which_it_would_make_itself(boards, theme, tmp_path, qtbot):
    pipeline = read_aside(boards, saved(tmp_path, MANY + 1))
    board = boards.take(pipeline)
    assert board is not None
    document = Document(pipeline)
    given, own = CanvasView(document, theme, board=board), CanvasView(document, theme)
    for canvas in (given, own):
        qtbot.addWidget(canvas)
        canvas.resize(800, 600)
    assert given.board is board
    assert given.board.cards.keys() == own.board.cards.keys()
    assert (given.board.places.values == own.board.places.values).all()
    given.do.select_all()
    given.do.delete()
    assert not given.board.cards


def test_what_was_laid_out_is_handed_over_once_and_few_nodes_are_not(boards, tmp_path):
    pipeline = boards.read(saved(tmp_path, MANY + 1))
    assert boards.take(Pipeline("another")) is None
    assert boards.take(pipeline) is not None
    assert boards.take(pipeline) is None
    assert boards.take(boards.read(saved(tmp_path, 3))) is None


def test_what_nobody_fetches_is_forgotten(boards, tmp_path):
    path = saved(tmp_path, MANY + 1)
    first = boards.read(path)
    for _ in range(4):
        boards.read(path)
    assert boards.take(first) is None


@pytest.mark.parametrize("trusted", [True, False])
def test_what_is_laid_out_as_it_is_read_is_trusted_if_its_file_was(boards, tmp_path, trusted):
    heap = Pipeline("heap")
    heap.nodes = {name: Node(module="operator:neg", params={"a": 1}) for name in ("first", "second")}
    path = save(heap, tmp_path / "heap.treadle")
    if trusted:
        TrustStore().trust(heap)
    read = boards.load(path)
    assert read.node("first").position != read.node("second").position
    assert TrustStore().is_trusted(read) is trusted
