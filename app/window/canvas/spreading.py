"""Gives places to nodes that were never placed: a pipeline made in Python says nothing of where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.edits import apply
from .arranging import arranged
from .board import Board
from .changes import moved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ....core.pipeline import Body, Pipeline, Where


def heaps(body: Body, where: Where = ()) -> Iterator[Where]:
    """Return where the bodies are whose nodes are all at one place: this one, and those of the groups in it."""
    for node_id, node in body.nodes.items():
        if node.group is not None:
            yield from heaps(node.group, (*where, node_id))
    if len(body.nodes) > 1 and len({node.position for node in body.nodes.values()}) == 1:
        yield where


def spread(pipeline: Pipeline, found: Iterable[Where], measure: Callable[[str], float]) -> None:
    """Lay out these bodies of a pipeline; text is measured with ``measure``."""
    for where in found:
        board = Board(measure)
        board.load(pipeline, where)
        sizes = {card.id: (float(card.width), float(card.height)) for card in board.cards.values()}
        places = arranged(sizes, [(wire.source, wire.target) for wire in board.wires.values()])
        apply(pipeline, moved(pipeline.body(where), places, where))
