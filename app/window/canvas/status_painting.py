"""Paints how a node does over its card: shape and word of the state, dots or bar of the tasks, badge, failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication, QRectF, Qt
from PyQt6.QtGui import QPainter, QPen

from ..theme.tokens import CARD_PADDING_X, CARD_PADDING_Y, ICON_SMALL, PROGRESS
from .card_painting import ELIDE, LINE, TEXT_LEFT
from .compact_painting import BAND, grown, is_compact, is_small
from .measures import FOOT, MOST_DOTS

if TYPE_CHECKING:
    from PyQt6.QtGui import QColor, QFont, QFontMetricsF

    from ..looks import NodeLook
    from .inks import Inks

ORDER = ("succeeded", "cached", "running", "dispatched", "failed", "lost contact", "cancelled", "skipped")
"""How the states of tasks follow one another in dots and bars; all others wait."""

MODES = {"bypassed": "Bypassed", "disabled": "Disabled"}
SHAPE = 14
MOST_GROWN_CAPTION = 1.6
FAILURES_WIDTH, FAILURES_HEIGHT = 34, 15
LEAST_STEP = 4.0
"""Dots that would be nearer to each other are a bar."""

Key = tuple[object, ...]
_DONE = ("succeeded", "cached")
DASHES = (2.0, 2.0)
"""The frame of a badge that tells what is only foreseen."""


def status_key(look: NodeLook) -> Key:
    """Return what two looks must share to be painted alike."""
    counts = tuple(look.counts.items())
    scheme = look.scheme or f"~{look.foreseen}"
    return look.state, counts, look.total, round(look.progress, 2), look.text, scheme, look.severity, look.problems


def shape_box(width: float, height: float, scale: float) -> QRectF:
    """Return where the shape of the state stands on a card: before the title, then the word, at last in the corner."""
    if is_compact(scale):
        size = min(SHAPE * grown(scale), FOOT - 5.0)
        if is_small(scale):
            return QRectF(width - size - 4, height - size - 4, size, size)
        return QRectF(CARD_PADDING_X - 2, height - FOOT / 2 - size / 2 - 1, size, size)
    return QRectF(TEXT_LEFT, CARD_PADDING_Y + (LINE - SHAPE) / 2, SHAPE, SHAPE)


def has_badge(look: NodeLook, scale: float) -> bool:
    """Say whether a card shows the badge of a scheme."""
    return bool(look.scheme or look.foreseen) and not is_small(scale)


def badge_box(width: float) -> QRectF:
    """Return where the badge of the scheme stands, which opens the reasons."""
    return QRectF(width - CARD_PADDING_X - ICON_SMALL, CARD_PADDING_Y + 1, ICON_SMALL, ICON_SMALL)


def failures_box(width: float, height: float, state: str, scale: float) -> QRectF:
    """Return where the count of failed tasks stands, which opens them; on a small card a mark, with the shape."""
    if is_small(scale):
        box = shape_box(width, height, scale)
        return box if state == "failed" else box.translated(-box.width() - 2, 0)
    grow = min(grown(scale), MOST_GROWN_CAPTION)
    wide, high = FAILURES_WIDTH * grow, FAILURES_HEIGHT * grow
    top = height - FOOT + 1 if grow == 1.0 else height - FOOT / 2 - high / 2 - 1
    return QRectF(width - CARD_PADDING_X - wide, top, wide, high)


def paint_status(
    painter: QPainter,
    look: NodeLook,
    width: float,
    height: float,
    inks: Inks,
    mode: str = "normal",
    scale: float = 1.0,
) -> None:
    """Paint how a node does, or that it is bypassed or disabled; the shape of what runs is left out: it turns."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shown = inks.state(look.state)
    failed = look.counts.get("failed", 0)
    if look.state != "running" and not (failed and look.state == "failed" and is_small(scale)):
        colour = inks.state_colour(look.state).name()
        inks.theme.drawings.paint(painter, shape_box(width, height, scale), shown.shape, colour, inks.colours.surface)
    _paint_scheme(painter, look, width, inks, scale)
    if look.severity:
        _paint_problem(painter, look, width, inks)
    room = QRectF(CARD_PADDING_X, height - FOOT + 1, width - 2 * CARD_PADDING_X, 15)
    if is_compact(scale):
        room = QRectF(room.left(), height - FOOT, room.width(), FOOT - 2)
        room.setLeft(shape_box(width, height, scale).right() + 6)
    if failed:
        text = "" if is_small(scale) else str(failed) if failed < 1000 else "999+"
        box = failures_box(width, height, look.state, scale)
        _paint_failures(painter, text, box, inks)
        room.setRight(box.left() - 4)
    tasks = max(look.total, sum(look.counts.values()))
    if is_small(scale):
        if look.counts and tasks > 1:
            painter.setPen(Qt.PenStyle.NoPen)
            _paint_bar(painter, _parts(look, inks), tasks, QRectF(BAND, height - 6, width - BAND, 6), inks)
        return
    _paint_foot(painter, look, tasks, room, inks, mode, grown(scale))
    if is_compact(scale):
        return
    if (look.state == "running" and tasks == 1) or (look.counts and 1 < tasks <= MOST_DOTS):
        _paint_line(painter, _share_done(look, tasks), width, height, look, inks)


def _paint_foot(
    painter: QPainter, look: NodeLook, tasks: int, room: QRectF, inks: Inks, mode: str, grow: float
) -> None:
    if mode in MODES:
        _paint_text(painter, QCoreApplication.translate("States", MODES[mode]), room, inks, grow=grow)
    elif look.counts and tasks > 1:
        _paint_tasks(painter, look, tasks, room, inks, grow)
    else:
        word = QCoreApplication.translate("States", inks.state(look.state).word)
        _paint_word(painter, word, look, room, inks, grow)


def _share_done(look: NodeLook, tasks: int) -> float:
    done = sum(look.counts.get(state, 0) for state in _DONE)
    running = look.counts.get("running", 0)
    return min((done + running * look.progress) / max(tasks, 1), 1.0)


def _paint_scheme(painter: QPainter, look: NodeLook, width: float, inks: Inks, scale: float) -> None:
    if has_badge(look, scale):
        paint_badge(painter, badge_box(width), look.scheme or look.foreseen, inks, foreseen=not look.scheme)


def paint_badge(painter: QPainter, box: QRectF, scheme: str, inks: Inks, *, foreseen: bool) -> None:
    """Paint the letter of the scheme that took a node; in a dashed frame without ground, of the one that would."""
    look, colour = inks.scheme(scheme)
    if foreseen:
        pen = QPen(inks.faint(colour.name(), 0.7), 1.0)
        pen.setDashPattern(DASHES)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    else:
        painter.setPen(QPen(colour, 1.0))
        painter.setBrush(inks.faint(colour.name(), 0.14))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setFont(inks.badge_font)
    painter.setPen(colour)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, look.letter)


def _paint_problem(painter: QPainter, look: NodeLook, width: float, inks: Inks) -> None:
    icon = "error" if look.severity == "error" else "warning"
    colour = inks.state_colour("failed" if look.severity == "error" else "stale").name()
    box = QRectF(width - 13, -8, ICON_SMALL, ICON_SMALL)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(inks.colour("canvas"))
    painter.drawEllipse(box)
    inks.theme.drawings.paint(painter, box, icon, colour, inks.colours.surface)


def _paint_failures(painter: QPainter, text: str, box: QRectF, inks: Inks) -> None:
    colour, size = inks.state_colour("failed"), box.height()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(box, size / 2, size / 2)
    arm = 0.4 * size
    cross = QRectF(box.left() + (size / 3 if text else (size - arm) / 2), box.top() + (size - arm) / 2, arm, arm)
    painter.setPen(QPen(inks.colour("surface"), size / 10))
    painter.drawLine(cross.topLeft(), cross.bottomRight())
    painter.drawLine(cross.topRight(), cross.bottomLeft())
    grow = size / FAILURES_HEIGHT
    painter.setFont(inks.sized(inks.badge_font, round(inks.badge_font.pixelSize() * grow))[0])
    painter.drawText(box.adjusted(12 * grow, 0, -4 * grow, 0), Qt.AlignmentFlag.AlignCenter, text)


def _paint_word(painter: QPainter, word: str, look: NodeLook, room: QRectF, inks: Inks, grow: float) -> None:
    if look.state == "running" and look.progress > 0:
        word = f"{word} · {round(look.progress * 100)} %"
    if look.text and grow == 1.0:
        word = f"{word} · {look.text}"
    _paint_text(painter, word, room, inks, grow=grow)


def _paint_text(
    painter: QPainter,
    text: str,
    room: QRectF,
    inks: Inks,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    grow: float = 1.0,
) -> None:
    font, metrics = _caption(inks, grow)
    painter.setFont(font)
    painter.setPen(inks.colour("secondary"))
    shown = metrics.elidedText(text, ELIDE, room.width())
    painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, shown)


def _caption(inks: Inks, grow: float) -> tuple[QFont, QFontMetricsF]:
    size = round(inks.caption_font.pixelSize() * min(grow, MOST_GROWN_CAPTION))
    return inks.sized(inks.caption_font, size)


def _paint_tasks(painter: QPainter, look: NodeLook, tasks: int, room: QRectF, inks: Inks, grow: float) -> None:
    done = sum(look.counts.get(state, 0) for state in _DONE)
    text = f"{done}/{tasks}"
    width = _caption(inks, grow)[1].horizontalAdvance(text) + 2
    _paint_text(painter, text, QRectF(room.right() - width, room.top(), width, room.height()), inks, _RIGHT, grow)
    rest = QRectF(room.left(), room.top(), room.width() - width - 8, room.height())
    paint = _paint_dots if tasks <= MOST_DOTS and rest.width() >= LEAST_STEP * tasks else _paint_bar
    painter.setPen(Qt.PenStyle.NoPen)
    paint(painter, _parts(look, inks), tasks, rest, inks)


def _parts(look: NodeLook, inks: Inks) -> list[tuple[QColor, int]]:
    return [(inks.state_colour(state), look.counts.get(state, 0)) for state in ORDER]


_RIGHT = Qt.AlignmentFlag.AlignRight


def _paint_dots(painter: QPainter, parts: list[tuple[QColor, int]], tasks: int, room: QRectF, inks: Inks) -> None:
    step = min(9.0, room.width() / tasks)
    size = min(6.5, step * 0.75)
    colours = [colour for colour, count in parts for _ in range(count)]
    middle = room.center().y()
    for at in range(tasks):
        box = QRectF(room.left() + at * step, middle - size / 2, size, size)
        if at < len(colours):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours[at])
        else:
            # What waits is a ring: not colour alone tells it from what is done.
            painter.setPen(QPen(inks.colour("border_strong"), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            box = box.adjusted(0.6, 0.6, -0.6, -0.6)
        painter.drawEllipse(box)


def _paint_bar(painter: QPainter, parts: list[tuple[QColor, int]], tasks: int, room: QRectF, inks: Inks) -> None:
    box = QRectF(room.left(), room.center().y() - 3, room.width(), 6)
    painter.setBrush(inks.colour("border"))
    painter.drawRoundedRect(box, 3, 3)
    left = box.left()
    for colour, count in parts:
        width = box.width() * count / tasks
        if width > 0:
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(left, box.top(), max(width, 2.0), 6), min(3.0, width / 2), 3)
            left += width


def _paint_line(painter: QPainter, share: float, width: float, height: float, look: NodeLook, inks: Inks) -> None:
    box = QRectF(CARD_PADDING_X, height - PROGRESS - 3.5, width - 2 * CARD_PADDING_X, PROGRESS)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(inks.colour("border"))
    painter.drawRoundedRect(box, PROGRESS / 2, PROGRESS / 2)
    if share > 0:
        box.setWidth(max(box.width() * share, PROGRESS))
        painter.setBrush(inks.state_colour(look.state))
        painter.drawRoundedRect(box, PROGRESS / 2, PROGRESS / 2)
