"""What can be done to put cards in order: layout, lines, gaps, small steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .aligning import aligned, distributed
from .arranging import arranged
from .changes import moved
from .snapping import on_grid
from .viewing import Viewing

if TYPE_CHECKING:
    from typing import Literal

    from .aligning import Edge


class Ordering(Viewing):
    """Each is one step to undo."""

    def arrange(self) -> None:
        """Lay out what is selected, or all, in columns from left to right."""
        canvas = self.canvas
        board = canvas.board
        chosen = canvas.picked.nodes if len(canvas.picked.nodes) > 1 else set(board.cards)
        sizes = {n: (float(card.width), float(card.height)) for n, card in board.cards.items() if n in chosen}
        edges = [(wire.source, wire.target) for wire in board.wires.values()]
        places = arranged(sizes, edges)
        box = board.box(board.places.mask(chosen))
        if box is None:
            return
        x, y = on_grid(box[0]), on_grid(box[1])
        self._move({n: (px + x, py + y) for n, (px, py) in places.items()}, canvas.tr("Arrange"))
        if len(chosen) == len(board.cards):
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
        places = self.canvas.board.places
        return {n: tuple(places.values[places.row[n]].tolist()) for n in sorted(self.canvas.picked.nodes)}

    def _move(self, places: dict[str, tuple[float, float]], label: str) -> None:
        edit = moved(self.body, places, self.canvas.where)
        if edit.edits:
            self.canvas.edit(edit, label)
