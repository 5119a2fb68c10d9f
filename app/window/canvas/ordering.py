"""What can be done to put cards in order: layout, lines, gaps, small steps."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.sip import isdeleted

from .aligning import aligned, distributed
from .arranging import arranged
from .changes import moved
from .snapping import on_grid
from .viewing import Viewing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Literal

    from ....core.pipeline import Where
    from .aligning import Edge
    from .changes import Place

    Places = dict[str, Place]


MANY = 500
"""Fewer are laid out within a frame."""


class Ordering(Viewing):
    """Each is one step to undo."""

    _awaited: tuple[int, Where] | None = None
    """Of which state of the document places are being worked out."""

    def arrange(self) -> None:
        """Lay out what is selected, or all, in columns from left to right.

        Places for many are worked out beside the window's thread, and given up if anything changes meanwhile.
        """
        canvas = self.canvas
        board = canvas.board
        chosen = canvas.picked.nodes if len(canvas.picked.nodes) > 1 else set(board.cards)
        box = board.box(board.places.mask(chosen))
        if box is None:
            return
        sizes = {n: (float(card.width), float(card.height)) for n, card in board.cards.items() if n in chosen}
        edges = [(wire.source, wire.target) for wire in board.wires.values()]
        work = partial(_placed, sizes, edges, (on_grid(box[0]), on_grid(box[1])))
        now = canvas.document.changes, canvas.where
        if len(sizes) <= MANY:
            self._arrange(now, work())
        elif now != self._awaited:
            self._awaited = now
            canvas.beside(work, partial(self._arrange, now))

    def _arrange(self, seen: tuple[int, Where], places: Places | Exception) -> None:
        """Put nodes to their new places, if all is as it was ``seen`` when these were asked for."""
        canvas, self._awaited = self.canvas, None
        if isinstance(places, Exception):
            raise places
        if isdeleted(canvas):
            return
        if (canvas.document.changes, canvas.where) != seen:
            canvas.say(canvas.tr("The pipeline has changed meanwhile: arrange it again"))
            return
        self._move(places, canvas.tr("Arrange"))
        if len(places) == len(canvas.board.cards):
            self.fit()

    def align(self, edge: Edge) -> None:
        """Bring the selected cards into line."""
        self._move(aligned(self._boxes(), edge), self.canvas.tr("Align"))

    def distribute(self, direction: Literal["across", "down"]) -> None:
        """Spread the selected cards evenly."""
        self._move(distributed(self._boxes(), direction), self.canvas.tr("Distribute"))

    def nudge(self, dx: float, dy: float) -> None:
        """Move what is selected a little."""
        canvas = self.canvas
        nodes = {n: (box[0] + dx, box[1] + dy) for n, box in self._boxes().items()}
        notes = {}
        for section, key in canvas.picked.notes:
            at = getattr(self.body, section)[key].position
            notes[section, key] = at[0] + dx, at[1] + dy
        edit = moved(self.body, nodes, canvas.where, notes)
        if edit.edits:
            canvas.document.edit(edit, canvas.tr("Move"), merge="nudge")

    def _boxes(self) -> dict[str, tuple[float, float, float, float]]:
        places, names = self.canvas.board.places, sorted(self.canvas.picked.nodes)
        boxes = places.values[[places.row[name] for name in names]].tolist() if names else []
        return {name: (x, y, width, height) for name, (x, y, width, height) in zip(names, boxes, strict=True)}

    def _move(self, places: Places, label: str) -> None:
        edit = moved(self.body, places, self.canvas.where)
        if edit.edits:
            self.canvas.edit(edit, label)


def _placed(sizes: Mapping[str, Place], edges: Iterable[tuple[str, str]], corner: Place) -> Places:
    return {n: (x + corner[0], y + corner[1]) for n, (x, y) in arranged(sizes, edges).items()}
