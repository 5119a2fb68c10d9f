"""Which node of a body stands in which row of the outline, and what an edit changes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.edits import Change, Steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ....core.edits import Edit
    from ....core.pipeline import Node, Where

NAME, ID, STATE = range(3)
"""The columns."""


class Place:
    """A body whose nodes are rows: its path, the ids in their order, and which of them are groups."""

    __slots__ = ("groups", "ids", "rows", "where")

    def __init__(self, where: Where, nodes: Mapping[str, Node]) -> None:
        self.where = where
        self.ids: list[str] = []
        self.rows: dict[str, int] = {}
        self.groups: set[str] = set()
        self.put(list(nodes), nodes)

    def ranges(self, ids: Iterable[str]) -> Iterator[tuple[int, int]]:
        """Go through the rows of nodes in order, neighbours as one range: its first and its last row."""
        rows = sorted(self.rows[one] for one in ids if one in self.rows)
        ends = [at for at in range(1, len(rows)) if rows[at] != rows[at - 1] + 1]
        for first, end in zip([0, *ends], [*ends, len(rows)], strict=True):
            if first < end:
                yield rows[first], rows[end - 1]

    def put(self, ids: list[str], nodes: Mapping[str, Node]) -> None:
        """Take these rows."""
        self.ids = ids
        self.rows = {node_id: row for row, node_id in enumerate(ids)}
        # Qt asks of each row whether it has rows of its own, again and again: nearly none is a group.
        self.groups = {node_id for node_id, node in nodes.items() if node.group is not None}


def changes_of(edit: Edit) -> Iterator[Change]:
    """Go through the changes of which an edit is made, in order."""
    waiting: list[Edit] = [edit]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Steps):
            waiting.extend(reversed(one.edits))
        elif isinstance(one, Change):
            yield one
