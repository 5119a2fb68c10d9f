"""Paints a card: ground, chip, title, kind and ports, at scale 1 with its corner at the origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QPainter, QPen

from ..theme.tokens import (
    BYPASSED_OPACITY,
    CARD_PADDING_X,
    CARD_PADDING_Y,
    CHIP,
    ICON_SMALL,
    PORT_CIRCLE,
    PORT_ROW,
    RADIUS_CARD,
    SELECTED_WIDTH,
)
from .compact_painting import grown, is_compact, is_small, paint_band, paint_title
from .measures import port_y

if TYPE_CHECKING:
    from .card import Card
    from .inks import Inks

TEXT_LEFT = CARD_PADDING_X + CHIP + 8
TITLE_LEFT = TEXT_LEFT + ICON_SMALL + 2
LINE = 18
MARGIN = 8.0
"""How far shadow, outline and ports reach over the edge of a card."""

ELIDE = Qt.TextElideMode.ElideRight


def paint_card(painter: QPainter, card: Card, inks: Inks, scale: float, *, selected: bool, hovered: bool) -> None:
    """Paint all of a card but how its node does."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_ground(painter, card, inks, selected=selected, hovered=hovered)
    quiet = card.node.mode != "normal"
    if quiet:
        painter.setOpacity(BYPASSED_OPACITY)
    if is_small(scale):
        paint_band(painter, card, inks)
    else:
        _paint_chip(painter, card, inks, grown(scale))
    if is_compact(scale):
        paint_title(painter, card, inks, scale)
    else:
        _paint_words(painter, card, inks)
        _paint_names(painter, card, inks)
    if card.node.breakpoint:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(inks.state_colour("failed"))
        painter.drawEllipse(QPointF(CARD_PADDING_X, CARD_PADDING_Y + 1), 4, 4)
    painter.setOpacity(1.0)
    _paint_circles(painter, card, inks)


def _paint_ground(painter: QPainter, card: Card, inks: Inks, *, selected: bool, hovered: bool) -> None:
    box = QRectF(0, 0, card.width, card.height)
    painter.setPen(Qt.PenStyle.NoPen)
    for spread, share in ((2.0, 0.04), (1.0, 0.05)):
        painter.setBrush(inks.faint("shadow", share))
        painter.drawRoundedRect(
            box.adjusted(-spread, 0, spread, spread + 1), RADIUS_CARD + spread, RADIUS_CARD + spread
        )
    painter.setBrush(inks.colour("accent_ground" if selected else "surface"))
    pen = QPen(inks.colour("accent" if selected else "border_strong" if hovered else "border"))
    pen.setWidthF(SELECTED_WIDTH if selected else 1.0)
    if card.node.mode != "normal":
        pen.setDashPattern([4.0, 3.0])
        pen.setColor(inks.colour("accent" if selected else "border_strong"))
    painter.setPen(pen)
    if card.node.group is not None:
        # A second card looks out from under a group.
        painter.drawRoundedRect(box.adjusted(4.5, 4.5, 3.5, 3.5), RADIUS_CARD, RADIUS_CARD)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)


def _paint_chip(painter: QPainter, card: Card, inks: Inks, grow: float) -> None:
    icon, colour = inks.category(card.category)
    if card.node.group is not None:
        icon, colour = "group", inks.colour("secondary")
    box = QRectF(CARD_PADDING_X, CARD_PADDING_Y + 1, CHIP * grow, CHIP * grow)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(box, 5, 5)
    inks.theme.drawings.paint(painter, box.adjusted(2, 2, -2, -2), icon, inks.colours.surface, colour.name())


def _paint_words(painter: QPainter, card: Card, inks: Inks) -> None:
    room = card.width - CARD_PADDING_X - ICON_SMALL - 6
    painter.setFont(inks.title_font)
    painter.setPen(inks.colour("text"))
    title = inks.title_metrics.elidedText(card.title, ELIDE, room - TITLE_LEFT)
    middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(QRectF(TITLE_LEFT, CARD_PADDING_Y, room - TITLE_LEFT, LINE), middle, title)
    painter.setFont(inks.caption_font)
    painter.setPen(inks.colour("secondary"))
    left, right = TEXT_LEFT, card.width - CARD_PADDING_X
    kind = _kind(card.kind, right - left, inks)
    painter.drawText(QRectF(left, CARD_PADDING_Y + LINE - 1, right - left, LINE - 2), middle, kind)


def _kind(kind: str, room: float, inks: Inks) -> str:
    """Shorten the place of a module before its name: the name is what tells it from others."""
    if inks.caption_metrics.horizontalAdvance(kind) > room and " · " in kind:
        place, _, name = kind.partition(" · ")
        kind = f"{place.partition('.')[0]} · {name}"
    return inks.caption_metrics.elidedText(kind, ELIDE, room)


def _paint_names(painter: QPainter, card: Card, inks: Inks) -> None:
    ports = card.ports
    painter.setFont(inks.caption_font)
    painter.setPen(inks.colour("secondary"))
    whole = card.width - 2 * CARD_PADDING_X
    for row in range(ports.rows):
        left = _more(ports.hidden) if row == ports.more_row else ports.inputs[row] if row < len(ports.inputs) else ""
        right = ports.outputs[row] if row < len(ports.outputs) else ""
        top, room = port_y(row) - PORT_ROW / 2, float(whole)
        if right:
            # An output takes what it needs, up to a half; the input beside it has the rest.
            room = min(inks.caption_metrics.horizontalAdvance(right) + 2, (whole - 8) / 2 if left else whole)
            box = QRectF(card.width - CARD_PADDING_X - room, top, room, PORT_ROW)
            _paint_name(painter, inks, right, box, Qt.AlignmentFlag.AlignRight)
            room = whole - 8 - room
        if left:
            _paint_name(painter, inks, left, QRectF(CARD_PADDING_X, top, room, PORT_ROW))


def _more(hidden: tuple[str, ...]) -> str:
    return f"+ {len(hidden)}" if hidden else "+"


def _paint_name(
    painter: QPainter, inks: Inks, text: str, box: QRectF, side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
) -> None:
    shown = inks.caption_metrics.elidedText(text, ELIDE, box.width())
    painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)


def _paint_circles(painter: QPainter, card: Card, inks: Inks) -> None:
    painter.setBrush(inks.colour("surface"))
    painter.setPen(QPen(inks.colour("secondary"), 1.4))
    radius = PORT_CIRCLE / 2
    for row in range(len(card.ports.inputs)):
        painter.drawEllipse(QPointF(0.0, port_y(row)), radius, radius)
    for row in range(len(card.ports.outputs)):
        painter.drawEllipse(QPointF(card.width, port_y(row)), radius, radius)
    if card.ports.more_row >= 0:
        painter.setPen(QPen(inks.colour("border_strong"), 1.4, Qt.PenStyle.DotLine))
        painter.drawEllipse(QPointF(0.0, port_y(card.ports.more_row)), radius, radius)
