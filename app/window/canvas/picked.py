"""What is selected and what is under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from .board import Board
    from .finding import PortAt

NoteId = tuple[str, str]
"""``frames`` or ``comments``, and the id there."""


class Picked:
    """The selected nodes, connections and notes, and what the pointer is over."""

    def __init__(self) -> None:
        self.nodes: set[str] = set()
        self.wires: set[str] = set()
        self.notes: set[NoteId] = set()
        self.hovered: str | None = None
        self.hovered_wire: str | None = None
        self.hovered_port: PortAt | None = None

    def set(self, nodes: Iterable[str] = (), wires: Iterable[str] = (), notes: Iterable[NoteId] = ()) -> bool:
        """Select these and nothing else; say whether that is another selection."""
        new = set(nodes), set(wires), set(notes)
        changed = new != (self.nodes, self.wires, self.notes)
        self.nodes, self.wires, self.notes = new
        return changed

    def keep(self, board: Board) -> bool:
        """Forget what is not there any more; say whether the selection is another one."""
        body = board.body
        notes = {n for n in self.notes if body is not None and n[1] in getattr(body, n[0])}
        self.hovered_port = None
        if self.hovered not in board.cards:
            self.hovered = None
        if self.hovered_wire not in board.wires:
            self.hovered_wire = None
        return self.set(self.nodes & board.cards.keys(), self.wires & board.wires.keys(), notes)

    def card_rows(self, board: Board) -> NDArray[np.bool_]:
        """Return which cards are those of selected nodes."""
        return board.places.mask(self.nodes)

    def wire_rows(self, board: Board, cards: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which connections stand out: selected, hovered, or at one of these cards, the selected ones."""
        marked = board.ends.mask(self.wires)
        if self.hovered_wire is not None:
            marked |= board.ends.mask((self.hovered_wire,))
        if self.nodes:
            ends = board.ends.values[:, :2].astype(np.intp)
            marked |= (cards[ends[:, 0]] | cards[ends[:, 1]]) & board.ends.used
        return marked
