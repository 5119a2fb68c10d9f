"""What the signs on nodes mean: badges of schemes, and shapes of states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication, Qt
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from ..dialogs.sheet import Sheet
from ..labels import write_as
from ..runs.task_columns import word_of
from ..scheme_badges import scheme_badge
from ..scheme_words import scheme_word
from ..theme.tokens import CAPTION, GRID, ICON_SMALL, SCHEMES, STATES
from .badges import badge

if TYPE_CHECKING:
    from PyQt6.QtGui import QPixmap

    from ..theme.theme import Theme

EXAMPLE = "processes"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Legend", text)


def scheme_help(scheme: str) -> str:
    """Return one line on what a scheme is."""
    texts = {
        "serial": _tr("one task after the other, in one process"),
        "threads": _tr("threads of one process, which share values"),
        "processes": _tr("worker processes of this machine"),
        "ipython": _tr("engines of a cluster, on this machine or others"),
    }
    return texts.get(scheme, _tr("a scheme of a plug-in"))


def state_help(state: str) -> str:
    """Return one line on what a state means."""
    texts = {
        "never run": _tr("no result of it was ever made"),
        "unknown": _tr("it is executed in each run"),
        "stale": _tr("it, or what it reads, changed since its result was made"),
        "fresh": _tr("its result is there"),
        "waiting": _tr("it waits for what it reads, or for a worker"),
        "dispatched": _tr("it was handed to a scheme"),
        "running": _tr("it runs now"),
        "succeeded": _tr("the last run made its result"),
        "cached": _tr("the last run found its result in the cache"),
        "failed": _tr("it failed: the red count leads to the tasks"),
        "cancelled": _tr("it was ended before it was done"),
        "skipped": _tr("what it reads failed, or its branch was not taken"),
        "lost contact": _tr("the runner went away while it ran"),
    }
    return texts.get(state, "")


class BadgeLine(QWidget):
    """One line on badges: how that of the last run looks, and how that of the next one."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID + 2)
        self._badges = QLabel(self), QLabel(self)
        self._words = QLabel(self.tr("the last run had it there"), self), QLabel(self.tr("the next run would"), self)
        for picture, words in zip(self._badges, self._words, strict=True):
            row.addWidget(picture)
            row.addWidget(words)
            row.addSpacing(2 * GRID)
        row.addStretch(1)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        for picture, foreseen in zip(self._badges, (False, True), strict=True):
            picture.setPixmap(badge(self._theme, EXAMPLE, self.devicePixelRatioF(), foreseen=foreseen))
        for words in self._words:
            write_as(words, self._theme, CAPTION, colour=self._theme.colours.secondary)


class LegendDialog(Sheet):
    """All signs of nodes with their words."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.entitle(self.tr("Legend"))
        self._part(self.tr("Schemes"), [
            (scheme_badge(theme, name, self.devicePixelRatioF()), scheme_word(name), scheme_help(name))
            for name in reversed(SCHEMES)
        ])  # fmt: skip
        self._part(self.tr("Badges"), [
            (self._badge(EXAMPLE), self.tr("Framed"), self.tr("the last run had the node there")),
            (self._badge(EXAMPLE, foreseen=True), self.tr("Dashed"), self.tr("the next run would have it there")),
        ])  # fmt: skip
        told = {look.shape: state for state, look in reversed(STATES.items())}
        self._part(self.tr("States"), [
            (self._shape(state), word_of(state), state_help(state)) for state in STATES if state in told.values()
        ])  # fmt: skip
        self.closing_button()

    def _badge(self, scheme: str, *, foreseen: bool = False) -> QPixmap:
        return badge(self.theme, scheme, self.devicePixelRatioF(), foreseen=foreseen)

    def _shape(self, state: str) -> QPixmap:
        look = STATES[state]
        return self.theme.pixmap(
            look.shape, look.colour.on(self.theme.colours), ICON_SMALL, self.devicePixelRatioF()
        )  # fmt: skip

    def _part(self, heading: str, rows: list[tuple[QPixmap, str, str]]) -> None:
        title = QLabel(heading)
        write_as(title, self.theme, semibold=True)
        self.body.addWidget(title)
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnMinimumWidth(1, 24 * GRID)
        grid.setColumnStretch(2, 1)
        for number, (picture, word, told) in enumerate(rows):
            sign, name, meaning = QLabel(), QLabel(word), QLabel(told)
            sign.setPixmap(picture)
            sign.setAccessibleName(word)
            write_as(meaning, self.theme, colour=self.theme.colours.secondary)
            for column, label in enumerate((sign, name, meaning)):
                grid.addWidget(label, number, column, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(grid)
        self.body.addSpacing(GRID)
