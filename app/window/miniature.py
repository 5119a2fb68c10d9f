"""Draws a pipeline small: cards with their category's icon and title, and what connects them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from ...core.pipeline import split_endpoint
from .painting import painting
from .theme.icons import Drawings
from .theme.tokens import CARD_WIDTH, CATEGORIES, GRID, OTHER_CATEGORY, RADIUS_CARD, Colours

if TYPE_CHECKING:
    from ...core.pipeline import Node, Pipeline

CARD_HEIGHT = 56
MARGIN = 4 * GRID
_LEAST_SCALE, _MOST_SCALE = 0.05, 0.8
_NAMES_FROM = 0.3
"""Below this scale a title could not be read, and a bar stands for it."""


def picture(pipeline: Pipeline, colours: Colours, size: QSize, ratio: float = 1.0) -> QImage:
    """Return a picture of the outermost body that fills ``size`` logical pixels; it may be made in any thread."""
    image = QImage(size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(colours.canvas))
    with painting(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _Small(pipeline, colours, Drawings()).draw(painter, size)
    return image


class _Small:
    """One drawing of a pipeline."""

    def __init__(self, pipeline: Pipeline, colours: Colours, drawings: Drawings) -> None:
        self._pipeline, self._colours, self._drawings = pipeline, colours, drawings
        self._cards = {
            key: QRectF(node.position[0], node.position[1], CARD_WIDTH, CARD_HEIGHT)
            for key, node in pipeline.nodes.items()
        }
        self._scale = 1.0

    def draw(self, painter: QPainter, size: QSize) -> None:
        bounds = self._bounds()
        room = QSize(size.width() - 2 * MARGIN, size.height() - 2 * MARGIN)
        fit = min(room.width() / bounds.width(), room.height() / bounds.height())
        self._scale = max(_LEAST_SCALE, min(_MOST_SCALE, fit))
        painter.translate(size.width() / 2, size.height() / 2)
        painter.scale(self._scale, self._scale)
        painter.translate(-bounds.center())
        self._draw_connections(painter)
        for key, place in self._cards.items():
            self._draw_card(painter, place, self._pipeline.nodes[key], key)

    def _bounds(self) -> QRectF:
        bounds = QRectF()
        for place in self._cards.values():
            bounds = bounds.united(place)
        return bounds if not bounds.isEmpty() else QRectF(0, 0, CARD_WIDTH, CARD_HEIGHT)

    def _draw_connections(self, painter: QPainter) -> None:
        pen = QPen(QColor(self._colours.connection), max(1.6, 1.0 / self._scale))
        for target, connection in self._pipeline.connections.items():
            start = self._cards.get(split_endpoint(connection.source)[0])
            end = self._cards.get(split_endpoint(target)[0])
            if start is None or end is None:
                continue
            path = _curve(QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y()))
            painter.strokePath(path, pen)

    def _draw_card(self, painter: QPainter, place: QRectF, node: Node, key: str) -> None:
        colours = self._colours
        painter.setPen(QPen(QColor(colours.border_strong), max(1.0, 0.8 / self._scale)))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(place, RADIUS_CARD, RADIUS_CARD)
        module = self._pipeline.modules.get(node.module)
        icon, pair = CATEGORIES.get(module.category if module else "", OTHER_CATEGORY)
        if node.group is not None:
            icon = "group"
        chip = QRectF(place.left() + 10, place.center().y() - 14, 28, 28)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(pair.on(colours)))
        painter.drawRoundedRect(chip, 6, 6)
        self._drawings.paint(painter, chip.adjusted(5, 5, -5, -5), icon, colours.surface)
        text = QRectF(chip.right() + 10, place.top(), place.right() - chip.right() - 20, place.height())
        title = node.title or (module.label if module is not None else key)
        self._draw_title(painter, text, title)

    def _draw_title(self, painter: QPainter, place: QRectF, title: str) -> None:
        if self._scale < _NAMES_FROM:
            bar = QRectF(place.left(), place.center().y() - 5, min(place.width(), 12.0 * len(title)), 10)
            painter.setBrush(QColor(self._colours.border_strong))
            painter.drawRoundedRect(bar, 3, 3)
            return
        font = QFont()
        font.setPixelSize(20)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(self._colours.text))
        shown = QFontMetricsF(font).elidedText(title, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)


def _curve(start: QPointF, end: QPointF) -> QPainterPath:
    reach = max(40.0, abs(end.x() - start.x()) / 2)
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(reach, 0), end - QPointF(reach, 0), end)
    return path
