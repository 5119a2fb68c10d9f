from __future__ import annotations

import pytest
from canvas_pipeline import picture
from PyQt6.QtCore import Qt

from treadle.app.window.canvas.borders import names_outside, open_ports
from treadle.app.window.canvas.finding import PortAt
from treadle.app.window.canvas.gestures.moving import Move

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def group(canvas):
    canvas.selection = {"make", "add"}
    canvas.do.group()
    canvas.go(("group",))
    return canvas.board.body_shown


def test_a_group_shows_what_was_connected_across_its_border(group):
    assert group.outputs == {"out": "add.out"}
    assert names_outside(group, PortAt("add", "out", "out")) == ["out"]
    assert names_outside(group, PortAt("add", "in", "b")) == []


def test_shift_click_shows_a_port_outside_and_hides_it_again(canvas, hand, unchanged, group):
    hand.click(hand.port("add", "in", "b"), SHIFT)
    assert group.inputs == {"b": ("add.b",)}
    canvas.go(())
    assert canvas.board.cards["group"].ports.inputs == ("b",)
    canvas.go(("group",))
    hand.click(hand.port("add", "in", "b"), SHIFT)
    assert group.inputs == {}
    assert unchanged()


def test_the_open_ports_of_what_is_selected_are_shown_outside_in_one_step(canvas, unchanged, group):
    canvas.selection = {"make", "add"}
    assert open_ports(canvas.board, ["add", "make"]) == [PortAt("add", "in", "b"), PortAt("make", "in", "seed")]
    canvas.do.expose()
    assert group.inputs == {"b": ("add.b",), "seed": ("make.seed",)}
    canvas.document.undo()
    assert group.inputs == {}
    assert unchanged()


def test_inside_a_group_the_names_outside_are_painted(canvas, group):
    without = picture(canvas)
    canvas.do.toggle_port(PortAt("add", "in", "b"))
    assert picture(canvas) != without


def test_dragging_at_the_edge_moves_what_is_seen(canvas, hand, qtbot):
    hand.press(hand.middle("add"))
    corner = canvas.camera.to_scene(canvas.width() - 2, canvas.height() / 2)
    before = canvas.camera.x
    hand.move(corner)
    assert isinstance(canvas.pointing.gesture, Move)
    qtbot.wait_until(lambda: canvas.camera.x > before + 100, timeout=5000)
    hand.key(Qt.Key.Key_Escape)
    after = canvas.camera.x
    canvas.pointing._edging.step()
    assert canvas.camera.x == after
    assert not canvas.document.modified


def test_a_port_that_is_fed_from_outside_is_shown_even_if_there_are_many(make_canvas):
    from canvas_pipeline import MODULES

    from treadle.core.edits import Change, group_nodes
    from treadle.core.modules import Module
    from treadle.core.modules import Port as ModulePort
    from treadle.core.pipeline import Node, Pipeline

    many = tuple(ModulePort(name=f"o{n}", optional=True) for n in range(9))
    pipeline = Pipeline("many", modules={**MODULES, "many": Module(path="lib:many", inputs=many)})
    pipeline.nodes["many"] = Node(module="many")
    canvas = make_canvas(pipeline)
    canvas.document.edit(group_nodes(pipeline, ["many"], "group"), "group")
    canvas.go(("group",))
    canvas.document.edit(Change("inputs", {"seventh": ("many.o7",)}, ("group",)), "port")
    assert "o7" in canvas.board.cards["many"].ports.inputs
    canvas.document.undo()
    assert "o7" not in canvas.board.cards["many"].ports.inputs
