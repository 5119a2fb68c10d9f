"""Pixmaps of cards by look and scale, made once and within a budget of time for each frame."""

from __future__ import annotations

from collections import OrderedDict
from time import perf_counter, thread_time
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QPainter, QPixmap

from ..painting import painting
from .card_painting import MARGIN, paint_card
from .status_painting import paint_status, status_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..looks import NodeLook
    from .card import Card
    from .inks import Inks

MOST_BYTES = 96 * 2**20
FRAME_BUDGET, FIRST_BUDGET, PAUSE = 0.005, 0.012, 0.2
"""Seconds that a frame may spend on new pixmaps: of many in a row, and of one after a pause. What is missing then is
painted roughly, and made for the next."""


class Stamps:
    """Keeps the pixmaps used last. ``incomplete`` tells that something of this frame was painted roughly."""

    def __init__(self, inks: Inks) -> None:
        self.inks = inks
        self._kept: OrderedDict[object, QPixmap] = OrderedDict()
        self._newest: dict[str, QPixmap] = {}
        self._bytes = 0
        self.scale = self.ratio = 1.0
        self.incomplete = False
        self._began = self._until = 0.0

    def begin(self, scale: float, ratio: float) -> None:
        """Begin a frame."""
        self.scale, self.ratio = scale, ratio
        self.incomplete = False
        now = perf_counter()
        self._until = thread_time() + (FRAME_BUDGET if now - self._began < PAUSE else FIRST_BUDGET)
        self._began = now

    def clear(self) -> None:
        """Forget all: the theme is another one."""
        self._kept.clear()
        self._newest.clear()
        self._bytes = 0

    def draw(self, painter: QPainter, card: Card, look: NodeLook, at: QPointF, marks: tuple[bool, bool]) -> None:
        """Paint a card with its corner ``at`` a place of the view; ``marks``: selected, hovered."""
        stamp = self._card(card, marks)
        if stamp is None:
            self._draw_roughly(painter, card, at)
            return
        self._newest[card.id] = stamp
        ratio, margin = self.ratio, MARGIN * self.scale
        corner = QPointF(round((at.x() - margin) * ratio) / ratio, round((at.y() - margin) * ratio) / ratio)
        painter.drawPixmap(corner, stamp)
        status = self._status(card, look)
        if status is not None:
            painter.drawPixmap(corner, status)

    def _draw_roughly(self, painter: QPainter, card: Card, at: QPointF) -> None:
        old = self._newest.get(card.id)
        scale, margin = self.scale, MARGIN * self.scale
        if old is not None:
            box = QRectF(
                at.x() - margin, at.y() - margin, (card.width + 2 * MARGIN) * scale, (card.height + 2 * MARGIN) * scale
            )
            painter.drawPixmap(box, old, QRectF(old.rect()))
            return
        painter.setPen(self.inks.colour("border"))
        painter.setBrush(self.inks.colour("surface"))
        painter.drawRect(QRectF(at.x(), at.y(), card.width * scale, card.height * scale))

    def _card(self, card: Card, marks: tuple[bool, bool]) -> QPixmap | None:
        selected, hovered = marks

        def paint(painter: QPainter) -> None:
            paint_card(painter, card, self.inks, self.scale, selected=selected, hovered=hovered)

        return self._stamp((card.key, marks, self.scale, self.ratio), card, paint)

    def _status(self, card: Card, look: NodeLook) -> QPixmap | None:
        def paint(painter: QPainter) -> None:
            paint_status(painter, look, card.width, card.height, self.inks, card.node.mode, self.scale)

        return self._stamp(
            (status_key(look), card.node.mode, card.width, card.height, self.scale, self.ratio), card, paint
        )

    def _stamp(self, key: object, card: Card, paint: Callable[[QPainter], None]) -> QPixmap | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        if thread_time() > self._until:
            self.incomplete = True
            return None
        whole = self.scale * self.ratio
        size = QSize(int((card.width + 2 * MARGIN) * whole) + 2, int((card.height + 2 * MARGIN) * whole) + 2)
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        made.setDevicePixelRatio(self.ratio)
        with painting(made) as painter:
            painter.scale(self.scale, self.scale)
            painter.translate(MARGIN, MARGIN)
            paint(painter)
        self._keep(key, made)
        return made

    def _keep(self, key: object, made: QPixmap) -> None:
        self._kept[key] = made
        self._bytes += made.width() * made.height() * 4
        while self._bytes > MOST_BYTES and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= gone.width() * gone.height() * 4
        if len(self._newest) > 4000:
            self._newest.clear()
