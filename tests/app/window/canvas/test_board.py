from __future__ import annotations

import time

import numpy as np
import pytest
from canvas_pipeline import MODULES, small
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from treadle.app.window.canvas.board import Board
from treadle.app.window.canvas.finding import PortAt, card_at, port_at, ports_on, wire_at
from treadle.app.window.canvas.measures import HUB
from treadle.app.window.canvas.ports import ports_of
from treadle.app.window.canvas.walking import first, step
from treadle.core.edits import Change, Steps, apply, group_nodes, remove_nodes, rename_node, update_nodes
from treadle.core.modules import Module, Port
from treadle.core.pipeline import Connection, Node, Pipeline


def board_of(pipeline, where=()):
    board = Board(lambda text: 7.0 * len(text))
    board.load(pipeline, where)
    return board


def seen(board):
    """All that a board shows, whatever rows it is in."""
    places = {name: tuple(board.places.values[row]) for name, row in board.places.row.items()}
    cards = {name: (card.title, card.kind, card.ports.inputs, card.ports.outputs) for name, card in board.cards.items()}
    curves = {name: tuple(board.curves[row]) for name, row in board.ends.row.items()}
    return places, cards, curves, board.mapped, set(board.wires)


IDS = ["make", "add", "last", "show", "new", "other"]
changes = st.one_of(
    st.builds(
        lambda n, x, y: ("move", n, float(x), float(y)), st.sampled_from(IDS), st.integers(0, 500), st.integers(0, 500)
    ),
    st.builds(lambda n, m: ("put", n, m), st.sampled_from(IDS), st.sampled_from(list(MODULES))),
    st.builds(lambda n: ("remove", n), st.sampled_from(IDS)),
    st.builds(lambda a, b: ("connect", a, b), st.sampled_from(IDS), st.sampled_from(IDS)),
    st.builds(lambda a: ("disconnect", a), st.sampled_from(IDS)),
    st.builds(lambda a, b: ("rename", a, b), st.sampled_from(IDS), st.sampled_from(IDS)),
    st.builds(lambda a, b: ("group", a, b), st.sampled_from(IDS), st.sampled_from(IDS)),
)


def edit_for(pipeline, change):
    kind, node, *rest = change
    there = node in pipeline.nodes
    if kind == "move" and there:
        return update_nodes(pipeline, {node: {"position": tuple(rest)}})
    if kind == "put":
        return Change("nodes", {node: Node(module=rest[0], title=node)})
    if kind == "remove" and there:
        return remove_nodes(pipeline, [node])
    if kind == "connect":
        return Change("connections", {f"{node}.a": Connection(f"{rest[0]}.out")})
    if kind == "disconnect":
        return Change("connections", {f"{node}.a": None})
    if kind == "rename" and there and rest[0] not in pipeline.nodes:
        return rename_node(pipeline, node, rest[0])
    if kind == "group" and there and rest[0] in pipeline.nodes and "grouped" not in pipeline.nodes:
        return group_nodes(pipeline, [node, rest[0]], "grouped")
    return Steps(())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(changes, max_size=12))
def test_a_board_that_took_any_edits_shows_what_a_fresh_one_would(steps):
    pipeline = small()
    board = board_of(pipeline)
    inverses = []
    for one in steps:
        edit = edit_for(pipeline, one)
        inverses.append(apply(pipeline, edit))
        board.take(edit)
        assert seen(board) == seen(board_of(pipeline))
    for inverse in reversed(inverses):
        apply(pipeline, inverse)
        board.take(inverse)
    assert seen(board) == seen(board_of(small()))


def test_a_board_of_which_an_edit_leaves_little_shows_what_a_fresh_one_would():
    pipeline = small()
    board = board_of(pipeline)
    edit = group_nodes(pipeline, list(pipeline.nodes), "grouped")
    inverse = apply(pipeline, edit)
    assert board.take(edit).anew
    assert list(board.places.row.items()) == [("grouped", 0)]
    assert seen(board) == seen(board_of(pipeline))
    apply(pipeline, inverse)
    assert not board.take(inverse).anew
    assert seen(board) == seen(board_of(small()))


def test_a_group_shows_the_ports_that_an_edit_inside_gives_it():
    pipeline = small()
    apply(pipeline, group_nodes(pipeline, ["add"], "grouped"))
    board = board_of(pipeline)
    edit = Change("outputs", {"more": "add.out"}, ("grouped",))
    apply(pipeline, edit)
    board.take(edit)
    assert board.cards["grouped"].ports.outputs == ("out", "more")


def test_a_group_with_many_ports_is_shown_without_going_through_all_of_them_for_each_node():
    pipeline = Pipeline("many", modules=dict(MODULES))
    for number in range(8_000):
        pipeline.nodes[f"outer{number}"] = Node(module="make")
        pipeline.nodes[f"inner{number}"] = Node(module="add")
        pipeline.connections[f"inner{number}.a"] = Connection(f"outer{number}.out")
    apply(pipeline, group_nodes(pipeline, [f"inner{number}" for number in range(8_000)], "grouped"))
    began = time.process_time()
    board = board_of(pipeline, ("grouped",))
    assert time.process_time() - began < 2
    assert len(board.cards) == 8_000


def test_what_is_under_a_place_is_found():
    board = board_of(small())
    assert card_at(board, 10, 10) == "make"
    assert card_at(board, 250, 10) is None
    port, x, y = next(found for found in ports_on(board, "add") if found[0].name == "b")
    assert port_at(board, x - 6, y + 5) == port == PortAt("add", "in", "b")
    x1, y1, x2, y2 = board.curves[board.ends.row["add.a"]]
    assert wire_at(board, (x1 + x2) / 2, (y1 + y2) / 2 + 3, 6) == "add.a"
    assert wire_at(board, (x1 + x2) / 2, (y1 + y2) / 2 + 40, 6) is None


def test_a_long_connection_is_found_all_along():
    pipeline = small()
    pipeline.nodes["last"] = Node(module="add", position=(9000.0, 6000.0))
    board = board_of(pipeline)
    for x, y in board.curves[[board.ends.row["last.a"]]].reshape(2, 2):
        assert wire_at(board, float(x), float(y), 6) == "last.a"


def test_the_connections_of_a_port_that_feeds_many_are_known_as_a_hub():
    pipeline = Pipeline("hub", modules=dict(MODULES))
    pipeline.nodes["hub"] = Node(module="make")
    for number in range(HUB + 1):
        pipeline.nodes[f"n{number}"] = Node(module="add")
        pipeline.connections[f"n{number}.a"] = Connection("hub.out")
    board = board_of(pipeline)
    assert np.count_nonzero(board.hubs) == HUB + 1
    board.take(inverse_free(pipeline, Change("connections", {"n0.a": None})))
    assert not board.hubs.any()


def inverse_free(pipeline, edit):
    apply(pipeline, edit)
    return edit


def test_arrows_walk_along_connections_and_else_to_the_nearest_card():
    board = board_of(small())
    assert first(board) == "make"
    assert step(board, "make", "right") == "add"
    assert step(board, "last", "left") == "add"
    assert step(board, "make", "down") == "names"
    assert step(board, "show", "right") == "shape"
    assert step(board, "make", "up") is None


MANY = Module(
    path="lib:many",
    inputs=(Port(name="x"), *(Port(name=f"o{n}", optional=True) for n in range(9))),
    outputs=(Port(name="out"),),
)


def test_of_many_inputs_those_are_shown_that_are_required_or_connected():
    ports = ports_of(Node(module="many"), MANY, {"o3"}, set())
    assert ports.inputs == ("x", "o3")
    assert len(ports.hidden) == 8
    assert ports.more_row == 2


def test_few_inputs_are_all_shown():
    few = Module(path="lib:few", inputs=MANY.inputs[:3], outputs=MANY.outputs)
    assert ports_of(Node(module="few"), few, set(), set()).inputs == ("x", "o0", "o1")


def test_a_node_of_an_unknown_module_shows_the_ports_that_are_connected():
    ports = ports_of(Node(module="gone"), None, {"b", "a"}, {"out"})
    assert (ports.inputs, ports.outputs) == (("a", "b"), ("out",))


@pytest.mark.parametrize("count", [10_000])
def test_ten_thousand_cards_are_there_within_half_a_second(count):
    import time

    pipeline = Pipeline("big", modules=dict(MODULES))
    for number in range(count):
        pipeline.nodes[f"n{number}"] = Node(module="add", title=f"Task {number}", position=(number * 3.0, 0.0))
        for port in "ab":
            pipeline.connections[f"n{number}.{port}"] = Connection(f"n{max(number - 100, 0)}.out")
    board = Board(lambda text: 7.0 * len(text))
    began = time.process_time()
    board.load(pipeline, ())
    assert time.process_time() - began < 0.5


def test_keys_are_heard_at_once_among_ten_thousand_nodes():
    import time

    from treadle.app.window.canvas.choosing import TargetChoice

    pipeline = Pipeline("big", modules=dict(MODULES))
    for number in range(10_000):
        at = 240.0 * (number // 100), 120.0 * (number % 100)
        pipeline.nodes[f"n{number}"] = Node(module="add", position=at)
        pipeline.connections[f"n{number}.a"] = Connection(f"n{max(number - 100, 0)}.out")
    del pipeline.connections["n0.a"]
    board = board_of(pipeline)
    began = time.thread_time()
    assert first(board) == "n0"
    assert step(board, "n5000", "down") == "n5001"
    assert time.thread_time() - began < 0.02
    assert TargetChoice(board, pipeline.modules, "n5000").chosen[1].name == "b"
