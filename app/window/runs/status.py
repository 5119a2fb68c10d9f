"""What the status bar says of a run: who works, how much is done, how long it will take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from .. import amounts
from ..looks import ENDED
from ..scheme_badges import scheme_badge
from ..scheme_words import scheme_word
from ..theme.tokens import GRID, ICON_SMALL, STATES
from .record import LOST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..theme.theme import Theme
    from .record import RunRecord
    from .runs import Runs

TICK_MS = 500


class _OfRuns(QWidget):
    """Follows one document's runs at a time, twice a second while one goes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.runs: Runs | None = None
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self.draw)
        theme.changed.connect(self.draw)

    def set_runs(self, runs: Runs | None) -> None:
        """Follow the runs of another document, or of none."""
        if self.runs is not None:
            self.runs.state_changed.disconnect(self._changed)
            self.runs.run_begun.disconnect(self.draw)
            self.runs.stops.changed.disconnect(self.draw)
        self.runs = runs
        if runs is not None:
            runs.state_changed.connect(self._changed)
            runs.run_begun.connect(self.draw)
            runs.stops.changed.connect(self.draw)
        self._changed()

    def _changed(self) -> None:
        if self.runs is not None and self.runs.going:
            self._tick.start()
        else:
            self._tick.stop()
        self.draw()

    @property
    def record(self) -> RunRecord | None:
        """The newest run of the document."""
        return None if self.runs is None else self.runs.record

    def draw(self) -> None:
        """Say what holds now."""
        raise NotImplementedError


class SchemeChips(_OfRuns):
    """A chip for each scheme: how many of its tasks run and how many it took in the newest run.

    There is one for each that ``listed`` names, in its order, and for each other that took tasks. ``scheme_wanted``
    tells that one was pressed.
    """

    scheme_wanted = pyqtSignal(str)

    def __init__(
        self, theme: Theme, listed: Callable[[], Sequence[str]] = tuple, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._listed = listed
        self.setAccessibleName(self.tr("Schemes in use"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(2 * GRID, 0, GRID, 0)
        self._row.setSpacing(0)
        self._chips: dict[str, QToolButton] = {}
        self._row.addStretch()

    def draw(self) -> None:
        """Say what holds now."""
        record = self.record
        taken = {} if record is None else {name: count for name, count in record.schemes.items() if count > 0}
        names = list(dict.fromkeys((*self._listed(), *taken)))
        if names != list(self._chips):
            self._make(names)
        for name, chip in self._chips.items():
            busy = 0 if record is None else max(0, record.busy.get(name, 0))
            word = scheme_word(name)
            text = f"{word} {amounts.count(taken[name])}" if name in taken else word
            # Between an icon and its text Qt leaves next to nothing.
            chip.setText(f" {text}" + (f" · {busy} {self.tr('running')}" if busy else ""))
            chip.setIcon(QIcon(scheme_badge(self.theme, name, self.devicePixelRatioF(), ICON_SMALL)))
            colours = self.theme.colours
            chip.setStyleSheet(
                f"QToolButton {{ color: {colours.text if busy else colours.secondary}; padding: 1px {GRID + 1}px }}"
            )

    def _make(self, names: Sequence[str]) -> None:
        for chip in self._chips.values():
            self._row.removeWidget(chip)
            chip.deleteLater()
        self._chips = {name: self._made(name) for name in names}
        for place, chip in enumerate(self._chips.values()):
            self._row.insertWidget(place, chip)

    def _made(self, name: str) -> QToolButton:
        chip = QToolButton(self)
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setIconSize(QSize(ICON_SMALL, ICON_SMALL))
        chip.setToolTip(self.tr("Show and set the scheme {name}").format(name=scheme_word(name)))
        chip.clicked.connect(lambda _checked: self.scheme_wanted.emit(name))
        return chip

    @property
    def words(self) -> list[str]:
        """What the chips say."""
        return [chip.text().strip() for chip in self._chips.values()]

    def press(self, name: str) -> None:
        """Do what the chip of a scheme does."""
        self._chips[name].click()


class RunNumbers(_OfRuns):
    """``tasks 57/120 · 0 failed · 00:41 left`` while a run goes, and how it ended afterwards."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._shape, self._words = QLabel(self), QLabel(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, 2 * GRID, 0)
        row.setSpacing(GRID + 2)
        row.addWidget(self._shape)
        row.addWidget(self._words)
        self._words.setAccessibleName(self.tr("The run"))

    @property
    def words(self) -> str:
        """What it says."""
        return self._words.text()

    def draw(self) -> None:
        """Say what holds now."""
        record, runs = self.record, self.runs
        if runs is not None and runs.state == "starting":
            self._say("waiting", self.tr("Starting…"))
        elif record is None or runs is None:
            self._say("", "")
        elif record.over:
            self._say(_STATES.get(record.state, record.state), self._ended(record))
        else:
            state = "held" if runs.state == "running" and runs.stops.halted else runs.state
            self._say("waiting" if state in _STILL else "running", self._going(record, state))

    def _going(self, record: RunRecord, state: str) -> str:
        parts = [self._counted(record)]
        still = {"paused": self.tr("Paused"), "held": self.tr("Held"), "stopping": self.tr("Stopping…")}
        if state in still:
            parts.insert(0, still[state])
        elif (left := record.seconds_left() or 0.0) >= 1:
            parts.append(f"{amounts.clock(left)} {self.tr('left')}")
        return " · ".join(parts)

    def _ended(self, record: RunRecord) -> str:
        words = {
            "succeeded": self.tr("Done"), "failed": self.tr("Failed"), "cancelled": self.tr("Cancelled"),
            "succeeded with failures": self.tr("Done, with failures"), LOST: self.tr("Lost contact"),
        }  # fmt: skip
        took = amounts.duration(record.seconds)
        return " · ".join((words.get(record.state, record.state), self._counted(record), took))

    def _counted(self, record: RunRecord) -> str:
        counts = record.counts()
        done = sum(count for state, count in counts.items() if state in ENDED and state != LOST)
        text = f"{self.tr('tasks')} {amounts.count(done)}/{amounts.count(record.total)}"
        return f"{text} · {amounts.count(counts['failed'])} {self.tr('failed')}"

    def _say(self, state: str, words: str) -> None:
        self._words.setText(words)
        self._shape.setVisible(state in STATES)
        self.setVisible(bool(words))
        if state in STATES:
            look = STATES[state]
            colour = look.colour.on(self.theme.colours)
            self._shape.setPixmap(self.theme.pixmap(look.shape, colour, ICON_SMALL, self.devicePixelRatioF()))
            self._shape.setToolTip(look.word)


_STILL = frozenset(("paused", "held", "stopping"))
_STATES = {"succeeded with failures": "failed"}
