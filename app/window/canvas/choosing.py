"""Choosing the input for an output from a list: connecting by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt

from .finding import PortAt, port_place, ports_on
from .fitting import Matching, Verdict
from .walking import nearest
from .wire_painting import curve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PyQt6.QtGui import QPainter

    from ....core.modules import Module
    from .board import Board
    from .inks import Inks

MOST_OFFERS, MOST_LOOKED_AT = 200, 300
Offer = tuple[PortAt, PortAt, Verdict]


class TargetChoice:
    """The connections that a node's outputs can make, the nearest first, and the one that is chosen."""

    def __init__(self, board: Board, modules: Mapping[str, Module], node_id: str) -> None:
        self._board = board
        self.offers: list[Offer] = []
        self.at = 0
        ranked = []
        for port, x, y in ports_on(board, node_id):
            if port.side == "out":
                ranked += self._offers_of(Matching(board, modules, port), port, x, y)
        ranked.sort(key=lambda pair: pair[0])
        self.offers = [offer for _, offer in ranked[:MOST_OFFERS]]

    def _offers_of(self, matching: Matching, source: PortAt, x: float, y: float) -> list[tuple[float, Offer]]:
        found = []
        for node_id in nearest(self._board, source.node, MOST_LOOKED_AT):
            for port, px, py in ports_on(self._board, node_id):
                if port.side != "in" or not port.name:
                    continue
                judged = matching.judge(port)
                if judged.allowed:
                    # What is free comes before what would be taken from another.
                    taken = 1e6 if port.endpoint in self._board.wires else 0.0
                    found.append((taken + abs(px - x) + abs(py - y), (source, port, judged)))
        return found

    @property
    def chosen(self) -> Offer:
        """The connection that Enter would make."""
        return self.offers[self.at]

    def step(self, count: int) -> None:
        """Choose another."""
        self.at = (self.at + count) % len(self.offers)

    def words(self, offer: Offer) -> str:
        """Return an offer as a line of the list."""
        source, target, judged = offer
        return f"{source.name} → {self._board.cards[target.node].title} · {target.name}   ({judged.text})"

    def paint(self, painter: QPainter, inks: Inks, scale: float) -> None:
        """Paint the chosen connection."""
        source, target, _ = self.chosen
        begin, end = port_place(self._board, source), port_place(self._board, target)
        if begin is not None and end is not None:
            pen = inks.wire_pen("accent", scale)
            pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(curve(*begin, *end))
