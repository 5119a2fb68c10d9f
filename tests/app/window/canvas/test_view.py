from __future__ import annotations

import json
import time

import pytest
from canvas_pipeline import MODULES, picture, small
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PyQt6.QtWidgets import QApplication

from treadle.app.window.canvas.dropping import MODULE_MIME, module_path
from treadle.app.window.canvas.exporting import export
from treadle.app.window.canvas.gestures.gesture import Pointer
from treadle.app.window.canvas.tips import tip_at
from treadle.app.window.looks import NodeLook
from treadle.app.window.theme.tokens import STATES
from treadle.core.edits import Change, update_nodes
from treadle.core.errors import UsageError
from treadle.core.modules import Port
from treadle.core.pipeline import Connection, Each, Node, Pipeline


@pytest.fixture
def pipeline(canvas):
    return canvas.document.pipeline


def colours(canvas, box=None):
    image = picture(canvas)
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


# States


def test_states_told_in_a_moment_are_shown_together(canvas, qtbot):
    shown = []
    canvas.picture.show = shown.append
    canvas.show_states({"make": NodeLook("running")})
    canvas.show_states({"add": NodeLook("waiting")})
    canvas.show_states({"make": NodeLook("succeeded")})
    qtbot.wait_until(lambda: bool(shown), timeout=2000)
    assert len(shown) == 1
    assert {node: look.state for node, look in shown[0].items()} == {"make": "succeeded", "add": "waiting"}


@pytest.mark.parametrize("state", sorted(STATES))
@pytest.mark.parametrize("scale", [1.0, 0.5, 0.2])
def test_every_state_is_painted_near_and_far(canvas, state, scale):
    look = NodeLook(state, {state: 3, "failed": 2}, 40, 0.5, "reading", "threads", "why", "error", 2, ("subject",))
    canvas.show_states({"make": look, "add": NodeLook(state), "last": NodeLook(state, {state: 5}, 8)})
    canvas.telling.show()
    canvas.do.zoom_to(scale)
    for _ in range(3):
        assert not canvas.grab().isNull()


@pytest.mark.parametrize(("scale", "right", "bottom"), [(1.0, 24, 16), (0.4, 30, 14), (0.3, 14, 14)])
def test_a_failed_node_is_red_and_a_click_on_its_count_opens_the_failures(canvas, hand, qtbot, scale, right, bottom):
    canvas.show_states({"add": NodeLook("failed", {"failed": 3, "succeeded": 1}, 4)})
    canvas.telling.show()
    canvas.do.zoom_to(scale)
    canvas.grab()
    assert canvas.inks.state_colour("failed").name() in colours(canvas)
    box = canvas.card_box("add")
    with qtbot.wait_signal(canvas.failures_requested) as asked:
        hand.click((box.right() - right, box.bottom() - bottom))
    assert asked.args == ["add"]


def test_inside_a_group_the_looks_of_its_nodes_are_shown(canvas):
    canvas.selection = {"make", "add"}
    canvas.do.group()
    canvas.show_states({"group/make": NodeLook("failed"), "group": NodeLook("running")})
    canvas.telling.show()
    assert canvas.picture.looks["group"].state == "running"
    canvas.go(("group",))
    assert canvas.picture.looks["make"].state == "failed"
    canvas.show_states({"group/add": NodeLook("succeeded")})
    canvas.telling.show()
    assert canvas.picture.looks["add"].state == "succeeded"


# Theme


def test_another_theme_is_painted_at_once(canvas, theme):
    canvas.grab()
    assert QColor(theme.colours.canvas).name() in colours(canvas)
    theme.choose("dark")
    assert QColor(theme.colours.canvas).name() in colours(canvas)
    canvas.do.zoom_to(0.2)
    assert QColor(theme.colours.canvas).name() in colours(canvas)


# Dropping


class Known:
    """A catalogue of one module."""

    def module(self, path):
        return MODULES["add"] if path == "bench:add" else None


def drop(canvas, mime, place):
    at = QPointF(*canvas.camera.to_view(*place))
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for event in (
        QDragEnterEvent(at.toPoint(), copy, mime, left, none),
        QDragMoveEvent(at.toPoint(), copy, mime, left, none),
        QDropEvent(at, copy, mime, left, none),
    ):
        QApplication.sendEvent(canvas, event)
        canvas.grab()


def dragged(path):
    mime = QMimeData()
    mime.setData(MODULE_MIME, json.dumps({"path": path}).encode())
    return mime


def test_a_dropped_module_becomes_a_node(make_canvas):
    canvas = make_canvas(Pipeline("empty"), catalogue=Known())
    assert not canvas.overlays.hint.isHidden()
    drop(canvas, dragged("bench:add"), (100, 100))
    pipeline = canvas.document.pipeline
    assert pipeline.nodes["add"].module == "bench:add"
    assert pipeline.modules["bench:add"] == MODULES["add"]
    assert canvas.selection == {"add"}
    assert canvas.overlays.hint.isHidden()
    canvas.document.undo()
    assert not pipeline.nodes
    assert not pipeline.modules


def test_a_module_dropped_on_a_connection_is_put_into_it(make_canvas):
    canvas = make_canvas(small(), catalogue=Known())
    x1, y1, x2, y2 = canvas.board.curves[canvas.board.ends.row["add.a"]]
    drop(canvas, dragged("bench:add"), ((x1 + x2) / 2, (y1 + y2) / 2))
    wires = canvas.document.pipeline.connections
    assert wires["add.a"] == Connection("add_2.out")
    assert wires["add_2.a"] == Connection("make.out")


def test_a_module_that_nobody_knows_yet_is_asked_for(canvas, qtbot):
    with qtbot.wait_signal(canvas.module_dropped) as asked:
        drop(canvas, dragged("some.where:thing"), (100, 400))
    assert asked.args[0] == "some.where:thing"


def test_a_dropped_file_is_handed_on_with_its_place(canvas, qtbot, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "brain.nii"))])
    with qtbot.wait_signal(canvas.file_dropped) as dropped:
        drop(canvas, mime, (100, 400))
    assert dropped.args[0] == str(tmp_path / "brain.nii")


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b'{"path": 3}', b"\xff"])
def test_what_is_no_import_path_is_no_module(data):
    mime = QMimeData()
    mime.setData(MODULE_MIME, data)
    assert module_path(mime) == ""


# Tooltips


def pointer(canvas, x, y):
    return Pointer(x, y, *canvas.camera.to_view(x, y))


def test_tooltips_tell_of_ports_cards_and_connections(canvas, hand):
    assert "seed</b>: int" in tip_at(canvas, pointer(canvas, *hand.port("make", "in", "seed")))
    canvas.show_states({"make": NodeLook("failed", {"failed": 2}, 2, scheme="threads", reason="it is <quick>")})
    canvas.telling.show()
    tip = tip_at(canvas, pointer(canvas, *hand.middle("make")))
    assert "Failed" in tip
    assert "&lt;quick&gt;" in tip
    canvas.document.edit(Change("connections", {"add.a": Connection("make.out", each=Each("seed"))}), "map")
    x1, y1, x2, y2 = canvas.board.curves[canvas.board.ends.row["add.a"]]
    assert "along seed" in tip_at(canvas, pointer(canvas, (x1 + x2) / 2, (y1 + y2) / 2))
    assert tip_at(canvas, pointer(canvas, -900, -900)) == ""


def test_a_title_that_looks_like_markup_is_shown_as_it_is(canvas, hand):
    canvas.do.set_title("make", "<b>x</b>")
    assert "&lt;b&gt;x" in tip_at(canvas, pointer(canvas, *hand.middle("make")))


# Export


@pytest.mark.parametrize(("kind", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_the_picture_is_written(canvas, tmp_path, kind, begins):
    path = export(canvas, tmp_path / f"picture.{kind}")
    assert path.read_bytes().startswith(begins)
    if kind == "svg":
        assert b"Make" in path.read_bytes()


def test_a_picture_that_cannot_be_written_says_why(canvas, tmp_path):
    with pytest.raises(UsageError, match="png"):
        export(canvas, tmp_path / "picture.bmp")
    with pytest.raises(UsageError, match="cannot be written"):
        export(canvas, tmp_path / "nowhere" / "picture.png")


# Others


def test_every_widget_of_the_canvas_has_an_accessible_name(canvas):
    from PyQt6.QtWidgets import QLabel, QWidget

    canvas.selection = {"make"}
    canvas.do.group()
    canvas.go(("group",))
    named = [child for child in canvas.findChildren(QWidget) if not isinstance(child, QLabel) and child.isEnabled()]
    assert canvas.accessibleName()
    unnamed = [child for child in named if not child.accessibleName() and not getattr(child, "text", str)()]
    assert [type(child).__name__ for child in unnamed if type(child).__name__ != "EmptyHint"] == []


def test_an_edit_updates_only_the_cards_it_names(canvas):
    before = dict(canvas.board.cards)
    canvas.document.edit(update_nodes(canvas.document.body(), {"show": {"title": "Other"}}), "rename")
    assert {name for name, card in canvas.board.cards.items() if card is not before[name]} == {"show"}


def test_two_canvases_of_one_document_show_the_same(canvas, qtbot, theme):
    from treadle.app.window.canvas.view import CanvasView

    other = CanvasView(canvas.document, theme)
    qtbot.addWidget(other)
    canvas.selection = {"add"}
    canvas.do.delete()
    assert set(other.board.cards) == set(canvas.board.cards)


def test_a_large_pipeline_is_painted_within_a_frame(make_canvas):
    pipeline = Pipeline("big", modules=dict(MODULES))
    for number in range(3000):
        pipeline.nodes[f"n{number}"] = Node(
            module="add", title=f"Task {number}", position=(260.0 * (number // 60), 130.0 * (number % 60))
        )
        for port in "ab":
            pipeline.connections[f"n{number}.{port}"] = Connection(f"n{max(number - 60, 0)}.out")
    canvas = make_canvas(pipeline)
    canvas.repaint()
    best = []
    for _ in range(5):
        began = time.thread_time()
        canvas.repaint()
        best.append(time.thread_time() - began)
    assert min(best) < 0.03


def test_inputs_that_are_not_shown_are_offered_when_a_connection_is_dropped_on_their_row(make_canvas):
    from canvas_pipeline import Hand, module

    from treadle.app.window.canvas.finding import PortAt

    pipeline = small()
    many = module("lib:many", {"x": "int"}, {"out": "int"})
    optional = tuple(Port(name=f"o{n}", type="int" if n == 7 else "dict", optional=True) for n in range(9))
    pipeline.modules["many"] = type(many)(path="lib:many", inputs=(*many.inputs, *optional), outputs=many.outputs)
    pipeline.nodes["many"] = Node(module="many", position=(864.0, 0.0))
    canvas = make_canvas(pipeline)
    hand = Hand(canvas)
    hand.drag(hand.port("make", "out", "out"), hand.port("many", "in", ""))
    assert pipeline.connections["many.o7"] == Connection("make.out")
    assert PortAt("many", "in", "o7").name in canvas.board.cards["many"].ports.inputs


def test_the_program_survives_an_error_while_it_paints(canvas, monkeypatch, qtbot):
    from pytestqt.exceptions import capture_exceptions

    def broken(*_args, **_facts):
        raise RuntimeError("no ink")

    monkeypatch.setattr("treadle.app.window.canvas.picture.paint_cards", broken)
    with capture_exceptions() as caught:
        for _ in range(5):
            canvas.repaint()
            canvas.grab()
    assert {str(error) for _, error, _ in caught} == {"no ink"}
    monkeypatch.undo()
    assert canvas.inks.colour("canvas").name() in colours(canvas)
