"""The variables that are put into the environment of all engines, of those that join later too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QLabel, QTableWidget, QTableWidgetItem, QWidget

from ...buttons import Buttons
from ...theme.style import FRAMED
from ...theme.tokens import GRID, ROW_TABLE
from .remembered import looks_secret
from .sheet import PADDED, ClusterSheet

if TYPE_CHECKING:
    from ...theme.theme import Theme
    from ..clusters import Clusters
    from .remembered import Remembered

NAME, VALUE, REMEMBER = range(3)
SIZE = (560, 380)
HIDDEN = "•••"
"""Stands for the value of a variable that this window did not set and does not know."""


class EnvironmentDialog(ClusterSheet):
    """A row a variable. What is set lives in memory; what is ticked is kept for the next session, secrets never."""

    def __init__(self, clusters: Clusters, remembered: Remembered, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(clusters, theme, parent)
        self._remembered = remembered
        self.about_one = clusters.current
        self._known = remembered.variables(self.about_one.profile)
        self.entitle(self.tr("Environment of the engines"))
        self.heading(self.tr("Environment of the engines of {name}").format(name=self.about_one))
        self.about = self.quiet(self.text(""))
        self.table = QTableWidget(0, 3, self)
        self._set_up_table()
        self.body.addWidget(self.table, 1)
        self.note = self.quiet(QLabel(self))
        self.note.setWordWrap(True)
        self.buttons = Buttons(theme, self)
        self.buttons.add("add", self.tr("Add a variable"), self.add)
        self.buttons.add("remove", self.tr("Remove the variable"), self.remove)
        below = QHBoxLayout()
        below.addWidget(self.note, 1)
        below.addWidget(self.buttons, 0, Qt.AlignmentFlag.AlignRight)
        self.body.addLayout(below)
        self.closing_button(self.tr("Cancel"), default=False)
        self.apply = self.button("", default=True)
        self.apply.clicked.connect(self.begin_apply)
        self.resize(*SIZE)
        self._fill()
        self.table.itemChanged.connect(self._changed)
        self.refresh()
        self.table.setFocus()

    def _set_up_table(self) -> None:
        self.table.setObjectName(FRAMED)
        self.table.setStyleSheet(PADDED)
        self.table.setAccessibleName(self.tr("Variables"))
        self.table.setHorizontalHeaderLabels([self.tr("Name"), self.tr("Value"), self.tr("Remember")])
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        head, side = self.table.horizontalHeader(), self.table.verticalHeader()
        assert head is not None
        assert side is not None
        side.hide()
        side.setDefaultSectionSize(ROW_TABLE + GRID)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Interactive)
        head.setSectionResizeMode(VALUE, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(REMEMBER, QHeaderView.ResizeMode.ResizeToContents)
        self.table.setColumnWidth(NAME, 50 * GRID)

    # What is in the table

    def _fill(self) -> None:
        kept = self._remembered.kept_variables(self.about_one.profile)
        row = self.clusters.row(self.about_one)
        elsewhere = [name for name in (row.variables if row is not None else ()) if name not in self._known]
        for name, value in sorted({**dict.fromkeys(elsewhere, HIDDEN), **self._known}.items()):
            self._append(name, value, remember=name in kept)
        for at in range(self.table.rowCount()):
            self._allow(at)

    def _append(self, name: str, value: str, *, remember: bool) -> None:
        at = self.table.rowCount()
        self.table.insertRow(at)
        tick = QTableWidgetItem()
        tick.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        tick.setCheckState(Qt.CheckState.Checked if remember else Qt.CheckState.Unchecked)
        for column, item in ((NAME, QTableWidgetItem(name)), (VALUE, QTableWidgetItem(value)), (REMEMBER, tick)):
            self.table.setItem(at, column, item)

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return item.text() if item is not None else ""

    def _ticked(self, row: int) -> bool:
        item = self.table.item(row, REMEMBER)
        return item is not None and item.checkState() is Qt.CheckState.Checked

    def _changed(self, item: QTableWidgetItem) -> None:
        if item.column() == NAME:
            self._allow(item.row())
        self.refresh()

    def _allow(self, row: int) -> None:
        """What looks like a secret cannot be ticked."""
        tick = self.table.item(row, REMEMBER)
        if tick is None:
            return
        secret = looks_secret(self._text(row, NAME))
        blocked = self.table.blockSignals(True)
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
        tick.setFlags(flags if secret else flags | Qt.ItemFlag.ItemIsEnabled)
        if secret:
            tick.setCheckState(Qt.CheckState.Unchecked)
        tick.setToolTip(self.tr("It looks like a secret and is never written to a file") if secret else "")
        self.table.blockSignals(blocked)

    def add(self) -> None:
        """Add a row, and write its name."""
        self._append("", "", remember=False)
        at = self.table.rowCount() - 1
        self.table.setCurrentCell(at, NAME)
        self.table.setFocus()
        item = self.table.item(at, NAME)
        if item is not None:
            self.table.editItem(item)
        self.refresh()

    def remove(self) -> None:
        """Remove the current row."""
        if self.table.currentRow() >= 0:
            self.table.removeRow(self.table.currentRow())
            self.refresh()

    # What it says

    def variables(self) -> dict[str, str]:
        """Return what the table says."""
        rows = range(self.table.rowCount())
        return {self._text(at, NAME).strip(): self._text(at, VALUE) for at in rows if self._text(at, NAME).strip()}

    def fault(self) -> str:
        """Return what is wrong with the names; empty if nothing is."""
        names = [self._text(at, NAME).strip() for at in range(self.table.rowCount())]
        for at, name in enumerate(names):
            if not name and self._text(at, VALUE):
                return self.tr("A variable has no name.")
            if "=" in name or "\0" in name or " " in name:
                return self.tr("“{name}” cannot be the name of a variable.").format(name=name)
            if name and name in names[:at]:
                return self.tr("The name “{name}” is there twice.").format(name=name)
        return ""

    def refresh(self) -> None:
        """Say when what is set will hold."""
        row, fault = self.cluster, self.fault()
        here = row is not None and row.name == self.about_one
        self.about.setText(
            self.tr("All engines that are there get them at once, and those that join later too.")
            if here
            else self.tr("No cluster runs here now: engines get them when they are started.")
        )
        self.apply.setText(self.tr("Set") if here else self.tr("Keep"))
        self.note.setText(fault or self.tr("Values never appear in a command line. Ticked ones are kept in a file."))
        self.enable(idle=not self.strip.going)

    def enable(self, *, idle: bool) -> None:
        """Let the table be changed while nothing goes on."""
        self.table.setEnabled(idle)
        self.buttons.setEnabled(idle)
        self.apply.setEnabled(idle and not self.fault())

    # What is done

    def changes(self) -> dict[str, str | None]:
        """Return what the engines have to be told: None for what is to be removed."""
        wanted = self.variables()
        row = self.clusters.row(self.about_one)
        there = {*self._known, *(row.variables if row is not None else ())}
        gone: dict[str, str | None] = dict.fromkeys(there - wanted.keys())
        return {**gone, **{name: value for name, value in wanted.items() if value != HIDDEN}}

    def begin_apply(self) -> None:
        """Set what the table says, or keep it for the next start."""
        row = self.cluster
        if row is not None and row.name == self.about_one:
            self.begin(self.clusters.set_variables(self.about_one, self.changes()), lambda _answer: self._keep())
        else:
            self._keep()

    def _keep(self) -> None:
        ticked = frozenset(
            self._text(at, NAME).strip() for at in range(self.table.rowCount()) if self._ticked(at)
        )  # fmt: skip
        known = {name: value for name, value in self.variables().items() if value != HIDDEN}
        self._remembered.set_variables(self.about_one.profile, known, ticked)
        self.accept()
