from __future__ import annotations

import pytest
from canvas_pipeline import small

from treadle.app.window.canvas.board import Board
from treadle.app.window.canvas.card import Wire
from treadle.app.window.canvas.finding import PortAt
from treadle.app.window.canvas.fitting import Matching, connection_for, converter_module, verdict
from treadle.app.window.canvas.mapping import Carried
from treadle.app.window.canvas.port_types import Typed
from treadle.core.pipeline import Connection, Each, Join, Node, Sweep, Zip
from treadle.core.types import CONVERSIONS, parse_type


def judged(given, wanted, *, mapped=False):
    return verdict(Typed(parse_type(given)), Typed(parse_type(wanted)), mapped=mapped)


@pytest.mark.parametrize(
    ("given", "wanted", "how"),
    [
        ("int", "int", "direct"),
        ("int", "float", "direct"),
        ("any", "int", "direct"),
        ("list[str]", "str", "each"),
        ("int", "str", "convert"),
        ("dict", "int", "no"),
    ],
)
def test_how_a_value_is_handed_over_follows_from_the_types(given, wanted, how):
    assert judged(given, wanted).how == how


def test_a_mapped_output_is_collected_where_a_list_is_wanted():
    assert judged("int", "list[int]", mapped=True).how == "join"
    assert connection_for("a.out", judged("int", "list[int]", mapped=True)).join == Join()


def test_the_items_of_a_list_are_handed_over_one_at_a_time():
    assert connection_for("a.out", judged("list[str]", "str")).each == Each()


def test_every_conversion_that_core_knows_is_described_without_an_import():
    for path in CONVERSIONS.values():
        described = converter_module(path)
        assert described.path == path
        assert len(described.inputs) == len(described.outputs) == 1


@pytest.fixture
def board():
    made = Board(lambda text: 7.0 * len(text))
    made.load(small(), ())
    return made


def test_a_circle_is_refused_with_its_path(board):
    matching = Matching(board, small().modules, PortAt("last", "out", "out"))
    assert not matching.judge(PortAt("make", "in", "seed")).allowed
    assert "Make → Add → Last → Make" in matching.explain(PortAt("make", "in", "seed"))
    assert matching.circle_nodes(PortAt("make", "in", "seed")) == ["make", "add", "last"]


def test_an_output_does_not_feed_an_output(board):
    matching = Matching(board, small().modules, PortAt("make", "out", "out"))
    assert not matching.judge(PortAt("show", "out", "out")).allowed


def test_types_that_do_not_fit_are_named(board):
    matching = Matching(board, small().modules, PortAt("make", "out", "out"))
    assert matching.judge(PortAt("shape", "in", "table")).text == "int does not fit dict"


def mapped(pipeline):
    wires = {name: Wire(name, one) for name, one in pipeline.connections.items()}
    wires_at = {}
    for name, wire in wires.items():
        for end in (wire.source, wire.target):
            wires_at.setdefault(end, {})[name] = wire
    carried = Carried()
    carried.update(pipeline.nodes, wires_at, pipeline.nodes)
    return carried.targets


def test_what_comes_from_a_mapped_connection_is_mapped_until_it_is_joined():
    pipeline = small()
    pipeline.connections["show.text"] = Connection("names.out", each=Each())
    pipeline.connections["shape.table"] = Connection("show.out")
    assert mapped(pipeline) == {"show.text", "shape.table"}
    pipeline.connections["shape.table"] = Connection("show.out", join=Join())
    pipeline.nodes["end"] = Node(module="shape")
    pipeline.connections["end.table"] = Connection("shape.out")
    # What goes into a join still is many; what comes out is one.
    assert mapped(pipeline) == {"show.text", "shape.table"}


def test_sweeps_and_zips_map_what_follows():
    pipeline = small()
    pipeline.nodes["make"] = Node(module="make", sweeps={"seed": Sweep((1, 2))})
    assert mapped(pipeline) == {"add.a", "last.a"}
    zipped = small()
    zipped.nodes["add"] = Node(module="add", zips=(Zip(("a", "b")),))
    assert mapped(zipped) == {"add.a", "last.a"}
