"""Has runs use another profile; what Treadle started in the old one is stopped before, or left running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QListWidget, QListWidgetItem, QRadioButton, QVBoxLayout, QWidget

from ...theme.style import FRAMED
from ...theme.tokens import GRID, ROW_TABLE
from . import words
from .ending import StillThereBox
from .sheet import PADDED, ClusterSheet

if TYPE_CHECKING:
    from .....core.protocol import ClusterName, ClusterRow, Fate, StillThere
    from ...theme.theme import Theme
    from ..clusters import Clusters

WIDTH, LIST_HEIGHT = 460, 40 * GRID
_NAME = Qt.ItemDataRole.UserRole


class ChangeProfileDialog(ClusterSheet):
    """Cancel keeps the old profile and what runs in it, also while it is being stopped.

    Closes once the profile is another one. If something does not end, the old profile stays the chosen one, until
    that is killed or left.
    """

    def __init__(self, clusters: Clusters, theme: Theme, wanted: str = "", parent: QWidget | None = None) -> None:
        super().__init__(clusters, theme, parent)
        self.entitle(self.tr("Change profile"))
        self._old = clusters.chosen
        self._names: list[str] = []
        self._to_do: list[ClusterName] = []
        self.heading(self.tr("Which IPython profile shall runs use?"))
        self.list = QListWidget(self)
        self.list.setObjectName(FRAMED)
        self.list.setStyleSheet(PADDED)
        self.list.setAccessibleName(self.tr("Profiles"))
        self.list.setMinimumHeight(LIST_HEIGHT)
        self.body.addWidget(self.list, 1)
        self._make_fate()
        self.still_there = StillThereBox(theme, self)
        self.still_there.kill_wanted.connect(self.kill)
        self.body.addWidget(self.still_there)
        self.closing_button(self.tr("Cancel"), default=False)
        self.change = self.button(self.tr("Change"), default=True)
        self.change.clicked.connect(self.begin_change)
        self.list.currentItemChanged.connect(lambda _now, _before: self.refresh())
        self.list.itemActivated.connect(lambda _item: self.change.click())
        self.setMinimumWidth(WIDTH)
        self._fill(wanted or self._old)
        self.refresh()
        self.list.setFocus()

    def _make_fate(self) -> None:
        self.fate = QWidget(self)
        self.held = self.quiet(self.text(""), "text")
        self.stop = QRadioButton(self.tr("Stop it first: what it executes is lost"), self.fate)
        self.leave = QRadioButton(self.tr("Leave it running: it is found again in its profile"), self.fate)
        layout = QVBoxLayout(self.fate)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for choice in (self.stop, self.leave):
            layout.addWidget(choice)
            choice.toggled.connect(lambda _on: self.refresh())
        self.body.addWidget(self.fate)

    def _fill(self, wanted: str) -> None:
        self._names = [profile.name for profile in self.clusters.all_profiles]
        self.list.clear()
        for profile in self.clusters.all_profiles:
            told = [profile.name]
            if profile.name == self._old:
                told.append(self.tr("now in use"))
            runs = sum(1 for row in self.clusters.found if row.answers and row.name.profile == profile.name)
            if runs:
                told.append(self.tr("a cluster runs") if runs == 1 else self.tr("{n} clusters run").format(n=runs))
            item = QListWidgetItem("   ·   ".join(told), self.list)
            item.setData(_NAME, profile.name)
            item.setToolTip(profile.folder)
            item.setSizeHint(QSize(0, ROW_TABLE))
            if profile.name == wanted:
                self.list.setCurrentItem(item)

    # What holds

    @property
    def wanted(self) -> str:
        """The profile that is marked."""
        item = self.list.currentItem()
        return str(item.data(_NAME)) if item is not None else ""

    @property
    def to_clean(self) -> list[ClusterRow]:
        """What Treadle holds in the old profile."""
        return [row for row in self.clusters.found if row.name.profile == self._old and row.held]

    def refresh(self) -> None:
        """Say what runs in the old profile and would have to be decided on."""
        if self._names != [profile.name for profile in self.clusters.all_profiles]:
            self._fill(self.wanted or self._old)
        there = self.to_clean
        asks = bool(there) and self.wanted != self._old
        self.held.setVisible(asks)
        self.fate.setVisible(asks)
        if asks:
            self.held.setText(self._what(there))
        self.enable(idle=not self.strip.going)

    def _what(self, there: list[ClusterRow]) -> str:
        told = []
        for found in there:
            row = self.clusters.row(found.name) or found
            text = self.tr("Treadle started cluster {name}: {what}.").format(
                name=row.name, what=words.counted(row.engines) if row.engines else self.tr("its controller")
            )
            if row.busy:
                text += " " + self.tr("A run uses it.")
            told.append(text)
        return "\n".join(told)

    def enable(self, *, idle: bool) -> None:
        """Let the person decide while nothing goes on."""
        self.list.setEnabled(idle)
        self.fate.setEnabled(idle)
        self.still_there.setEnabled(idle)
        decided = not self.to_clean or self.stop.isChecked() or self.leave.isChecked()
        self.change.setEnabled(idle and self.wanted not in {"", self._old} and decided)

    # What is done

    def begin_change(self) -> None:
        """Let go of what is held, one cluster after the other, and then change."""
        self.still_there.hide()
        self._to_do = [row.name for row in self.to_clean]
        self._next()

    def _next(self) -> None:
        if self._to_do:
            fate: Fate = "stop" if self.stop.isChecked() else "leave"
            self.begin(self.clusters.let_go(self._to_do[0], fate), self._let_go)
        else:
            self.begin(self.clusters.choose_profile(self.wanted), lambda _answer: self.accept())

    def _let_go(self, answer: StillThere) -> None:
        if not self.still_there.tell(answer):
            del self._to_do[0]
            self._next()

    def kill(self) -> None:
        """Kill what did not end, and go on."""
        self.begin(self.clusters.end_by_force(self._to_do[0]), self._let_go)
