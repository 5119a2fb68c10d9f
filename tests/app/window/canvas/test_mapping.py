"""Which connections carry many items is the same, worked out anew or after each edit."""

from __future__ import annotations

import random

import pytest
from canvas_pipeline import module

from treadle.app.window.canvas.board import Board
from treadle.core.edits import Change, apply
from treadle.core.pipeline import Connection, Each, Fold, Join, Node, Pipeline, Sweep

NAMES = [f"n{number}" for number in range(9)]
WAYS = [{}, {}, {"each": Each()}, {"each": Each("subject")}, {"join": Join()}, {"join": Join(axes=("subject",))}]
KINDS = [{}, {}, {"sweeps": {"b": Sweep((1, 2))}}, {"sweeps": {"b": Sweep((1, 2), "subject")}}, {"fold": Fold("b")}]


def board_of(pipeline):
    made = Board(lambda text: 7.0 * len(text))
    made.load(pipeline, ())
    return made


SELDOM = 14
"""So many nodes and connections of no axis for each other one: then there are times without any."""


def edit(pick, pipeline, ways, kinds):
    """Return an edit of a node or a connection; connections lead forward, and now and then back."""
    kind = pick.random()
    if kind < 0.3:
        name = pick.choice(NAMES)
        gone = name in pipeline.nodes and pick.random() < 0.3
        return Change("nodes", {name: None if gone else Node(module="m", **pick.choice(kinds))})
    low, high = sorted(pick.sample(NAMES, 2))
    source, target = (high, low) if kind > 0.95 else (low, high)
    end = f"{target}.{pick.choice('ab')}"
    if end in pipeline.connections and pick.random() < 0.5:
        return Change("connections", {end: None})
    return Change("connections", {end: Connection(f"{source}.out", **pick.choice(ways))})


@pytest.mark.parametrize("plain", [0, SELDOM])
@pytest.mark.parametrize("seed", range(20))
def test_after_each_edit_it_is_what_it_would_be_anew(seed, plain):
    pick = random.Random(seed)
    ways, kinds = WAYS + [{}] * plain, KINDS + [{}] * plain
    pipeline = Pipeline("random", modules={"m": module("bench:m", {"a": "int", "b": "int"}, {"out": "int"})})
    pipeline.nodes.update({name: Node(module="m", **pick.choice(kinds)) for name in NAMES})
    board, counts = board_of(pipeline), []
    for _ in range(80):
        change = edit(pick, pipeline, ways, kinds)
        apply(pipeline, change)
        board.take(change)
        if pick.random() < 0.7:
            assert board.mapped == board_of(pipeline).mapped
            counts.append(len(board.mapped))
    assert max(counts) > 0
    assert not plain or min(counts) == 0
