"""Whatever is done on a canvas: undoing all gives the bytes there were."""

from __future__ import annotations

import pytest
from canvas_pipeline import Hand, small
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PyQt6.QtCore import Qt

from treadle.app.window.canvas.board import Board
from treadle.app.window.canvas.view import CanvasView
from treadle.app.window.document import Document
from treadle.app.window.theme.theme import Theme
from treadle.core.document import encode

KEYS = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier)
coordinate = st.integers(-200, 900)
place = st.tuples(coordinate, st.integers(-150, 500))
ACTIONS = (
    "delete", "duplicate", "bypass", "disable", "breakpoint_", "group", "ungroup", "add_frame", "add_comment",
    "arrange", "copy", "cut", "paste", "select_all", "up", "fit",
)  # fmt: skip
steps = st.one_of(
    st.tuples(st.just("drag"), place, place, st.sampled_from(KEYS)),
    st.tuples(st.just("port"), st.integers(0, 40), st.integers(0, 40)),
    st.tuples(st.just("cancel"), place, place),
    st.tuples(st.just("click"), place, st.sampled_from(KEYS)),
    st.tuples(st.just("open"), st.integers(0, 10)),
    st.tuples(st.just("do"), st.sampled_from(ACTIONS)),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
)


def ports(canvas):
    from treadle.app.window.canvas.finding import ports_on

    return [(x, y) for node in sorted(canvas.board.cards) for _, x, y in ports_on(canvas.board, node)]


def groups_of(canvas):
    return sorted(name for name, card in canvas.board.cards.items() if card.node.group is not None)


def carry_out(canvas, hand, step):
    match step:
        case ("drag", start, end, keys):
            hand.drag(start, end, keys)
        case ("click", at, keys):
            hand.click(at, keys)
        case ("cancel", start, end):
            hand.press(start)
            hand.move(end)
            hand.key(Qt.Key.Key_Escape)
            hand.release(end)
        case ("port", one, other) if there := ports(canvas):
            hand.drag(there[one % len(there)], there[other % len(there)])
        case ("open", number) if groups := groups_of(canvas):
            canvas.do.open(groups[number % len(groups)])
        case ("do", name):
            getattr(canvas.do, name)()
            canvas.overlays.close_editor()
        case ("undo",):
            canvas.document.undo()
        case ("redo",):
            canvas.document.redo()


def same(board: Board, other: Board) -> bool:
    places = [{n: tuple(b.places.values[row]) for n, row in b.places.row.items()} for b in (board, other)]
    curves = [{n: tuple(b.curves[row]) for n, row in b.ends.row.items()} for b in (board, other)]
    return places[0] == places[1] and curves[0] == curves[1]


def tried(canvas, sequence):
    before = encode(canvas.document.pipeline)
    hand = Hand(canvas)
    for step in sequence:
        carry_out(canvas, hand, step)
        assert canvas.pointing.gesture is None
    fresh = Board(canvas.inks.title_metrics.horizontalAdvance)
    fresh.load(canvas.document.pipeline, canvas.where)
    assert same(canvas.board, fresh)
    while canvas.document.undo_label:
        canvas.document.undo()
    assert encode(canvas.document.pipeline) == before


@pytest.fixture(scope="module")
def shown(qapp):
    theme = Theme("light")
    made = []

    def show():
        canvas = CanvasView(Document(small()), theme)
        canvas.resize(1200, 800)
        canvas.show()
        canvas.setFocus()
        canvas.camera.x, canvas.camera.y = -200.0, -150.0
        made.append(canvas)
        return canvas

    yield show
    for canvas in made:
        canvas.close()
        canvas.deleteLater()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(sequence=st.lists(steps, max_size=14))
def test_after_any_gestures_undoing_all_gives_the_same_bytes(shown, sequence):
    tried(shown(), sequence)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(sequence=st.lists(steps, max_size=40))
def test_after_very_many_gestures_undoing_all_gives_the_same_bytes(shown, sequence):
    tried(shown(), sequence)
