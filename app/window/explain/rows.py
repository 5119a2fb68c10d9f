"""The rows that show what is known of schemes: all there are, what the last run did, and attempts that gave nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication

from ....core.run.candidates import bare
from .. import amounts
from ..runs.task_columns import word_of
from ..scheme_badges import scheme_badge
from ..scheme_words import scheme_word
from ..theme.tokens import ICON_SMALL, STATES
from .reason_grid import Cell
from .words import CHOSEN, expected, standing_of, standing_word

if TYPE_CHECKING:
    from PyQt6.QtGui import QPixmap

    from ....core.protocol import AttemptRow, NodeSchemes
    from ..theme.theme import Theme
    from .happened import Happened

MOST_WORKERS = 3


def scheme_rows(schemes: NodeSchemes, theme: Theme, ratio: float) -> list[list[Cell]]:
    """Return a row for each scheme: its name, whether the node could run there, why, and in which time."""
    rows = []
    for one in schemes.candidates:
        standing = standing_of(one, schemes.chosen)
        chosen = standing == CHOSEN
        rows.append([
            Cell(scheme_word(one.scheme), scheme_badge(theme, one.scheme, ratio), strong=chosen),
            Cell(standing_word(standing), _shape(standing, theme, ratio)),
            Cell(_sentence(one.reason)),
            Cell(expected(one), number=True),
        ])  # fmt: skip
    return rows


def happened_rows(found: list[Happened], theme: Theme, ratio: float) -> list[list[Cell]]:
    """Return a row for each way that tasks went: the scheme, how many and how they do, where, and why there."""
    rows = []
    for one in found:
        name = scheme_word(one.scheme) if one.scheme else _tr("From cache")
        picture = scheme_badge(theme, one.scheme, ratio) if one.scheme else _shape("cached", theme, ratio)
        rows.append([
            Cell(name, picture), Cell(_states(one)), Cell(_workers(one.workers)),
            Cell(_sentence(bare(one.reason, one.scheme or "cache"))),
        ])  # fmt: skip
    return rows


def attempt_rows(attempts: list[AttemptRow], theme: Theme, ratio: float) -> list[list[Cell]]:
    """Return a row for each attempt that gave nothing: the task and which attempt, the scheme, where, and the cause."""
    return [
        [
            Cell(scheme_word(one.scheme), scheme_badge(theme, one.scheme, ratio)),
            Cell(f"{one.task} · {_tr('attempt')} {one.attempt}"),
            Cell(f"{one.worker} · {one.host}" if one.host else one.worker or "—"),
            Cell(_sentence(one.cause)),
        ]
        for one in attempts
    ]


def _states(one: Happened) -> str:
    if one.tasks == 1:
        return word_of(next(iter(one.states)))
    counts = sorted(one.states.items(), key=lambda item: -item[1])
    return ", ".join(f"{amounts.count(count)} {word_of(state).lower()}" for state, count in counts)


def _workers(workers: tuple[str, ...]) -> str:
    shown = ", ".join(workers[:MOST_WORKERS])
    more = len(workers) - MOST_WORKERS
    return f"{shown} {_tr('and {number} more').format(number=more)}" if more > 0 else shown or "—"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shape(state: str, theme: Theme, ratio: float) -> QPixmap:
    look = STATES[state]
    return theme.pixmap(look.shape, look.colour.on(theme.colours), ICON_SMALL, ratio)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Schemes", text)
