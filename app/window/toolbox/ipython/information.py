"""The live table of a cluster: its controller, and each engine with what can be done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QLabel, QMenu, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from ...labels import write_as
from ...theme.tokens import GRID, HEADING, ICON_SMALL, STATES
from . import words
from .engine_tree import EngineTree, columns
from .sheet import READABLE, ClusterSheet, NoCluster

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .....core.protocol import ClusterRow, Deed
    from ...theme.theme import Theme
    from ..clusters import Clusters

SIZE = (1080, 420)
ICONS: dict[Deed, str] = {"interrupt": "pause", "stop": "stop", "kill": "close", "restart": "retry"}


class InformationDialog(ClusterSheet):
    """Stays open beside the window. What is done to engines is done to those that are selected.

    ``run_on`` opens the dialog that runs a statement on engines by number, ``show_log`` that of the logs at a file.
    ``cancel`` cancels tasks of runs, by the numbers of the engines that execute them.
    """

    def __init__(
        self,
        clusters: Clusters,
        theme: Theme,
        start: Callable[[], object],
        run_on: Callable[[tuple[int, ...]], object],
        show_log: Callable[[str], object],
        cancel: Callable[[Mapping[int, str]], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(clusters, theme, parent)
        self._run_on, self._show_log, self._cancel = run_on, show_log, cancel
        self.entitle(self.tr("Cluster information"))
        self.title, self.about, self.where = QLabel(self), QLabel(self), QLabel(self)
        self.lock, self.lock_words = QLabel(self), QLabel(self)
        self.tree = EngineTree(theme, self)
        self.buttons: dict[Deed, QPushButton] = {}
        self.pages = QStackedWidget(self)
        self.full = QWidget(self)
        self._fill_full()
        self.pages.addWidget(self.full)
        self.empty = NoCluster(clusters, theme, start, self)
        self.pages.addWidget(self.empty)
        self.body.addWidget(self.pages, 1)
        self._make_buttons()
        self.closing_button(default=False)
        self.tree.itemSelectionChanged.connect(self._enable)
        self.tree.customContextMenuRequested.connect(self._open_menu)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.tree)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self._copy)
        self.resize(*SIZE)
        self.dress()
        self.refresh()
        self.tree.setFocus()

    def _fill_full(self) -> None:
        for label in (self.about, self.where):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(READABLE)
        self.where.setWordWrap(True)
        top = QHBoxLayout()
        top.setSpacing(2 * GRID)
        top.addWidget(self.title)
        top.addWidget(self.about, 1)
        top.addWidget(self.lock)
        top.addWidget(self.lock_words)
        layout = QVBoxLayout(self.full)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addLayout(top)
        layout.addWidget(self.where)
        layout.addWidget(self.tree, 1)

    def _make_buttons(self) -> None:
        texts: dict[Deed, tuple[str, str]] = {
            "interrupt": (
                self.tr("Interrupt"),
                self.tr("Interrupt what they execute, as Ctrl+C does; a task of a run is cancelled"),
            ),
            "restart": (self.tr("Restart"), self.tr("Replace them by fresh ones, which get new numbers")),
            "stop": (self.tr("Stop"), self.tr("End them when they can, within five seconds")),
            "kill": (self.tr("Kill"), self.tr("End them at once, whatever they do")),
        }
        for deed, (verb, about) in texts.items():
            button = self.buttons[deed] = self.button(verb)
            button.setToolTip(about)
            button.setAccessibleDescription(about)
            button.clicked.connect(lambda _checked, deed=deed: self.act(deed))

    # What holds

    def refresh(self) -> None:
        """Show the cluster as it is now."""
        row = self.cluster
        self.pages.setCurrentWidget(self.empty if row is None else self.full)
        for button in self.buttons.values():
            button.setVisible(row is not None)
        if row is not None:
            self._say(row)
            self.tree.show_engines(row.engines)
        self._enable()

    def _say(self, row: ClusterRow) -> None:
        self.title.setText(str(row.name))
        self.about.setText(words.in_short(row, looked=self.clusters.looked()))
        parts = []
        if row.process:
            parts.append(self.tr("controller: process {pid}").format(pid=row.process))
        if row.location:
            parts.append(self.tr("on {host}").format(host=row.location))
        if row.variables:
            parts.append(self.tr("variables: {names}").format(names=", ".join(row.variables)))
        if row.logs:
            parts.append(self.tr("logs: {folder}").format(folder=row.logs))
        self.where.setText("   ·   ".join(parts))
        self.lock_words.setText(self.tr("Encrypted") if row.encrypted else self.tr("Not encrypted"))
        self._dress_lock(row)

    def _dress_lock(self, row: ClusterRow) -> None:
        colours = self.theme.colours
        colour = colours.secondary if row.encrypted else STATES["stale"].colour.on(colours)
        icon = "lock" if row.encrypted else "warning"
        self.lock.setPixmap(self.theme.pixmap(icon, colour, ICON_SMALL, self.devicePixelRatioF()))
        self.lock.setAccessibleName(self.lock_words.text())
        write_as(self.lock_words, self.theme, colour=colour)

    def _enable(self) -> None:
        self.enable(idle=not self.strip.going)

    def enable(self, *, idle: bool) -> None:
        """Offer what can be done to those that are selected."""
        there = self.tree.selected()
        for deed, button in self.buttons.items():
            button.setEnabled(idle and bool(self._those_for(deed)))
            if there and deed == "restart" and not button.isEnabled():
                button.setToolTip(self.tr("Only engines that Treadle started can be started again"))

    def _those_for(self, deed: Deed) -> tuple[int, ...]:
        """Return the numbers of the selected engines to which something can be done."""
        there = self.tree.selected()
        able = [engine for engine in there if deed != "restart" or engine.ours]
        return tuple(engine.number for engine in able if engine.number is not None)

    # What is done

    def act(self, deed: Deed) -> None:
        """Do something to the engines that are selected."""
        numbers, tasks = self._those_for(deed), dict[int, str]()
        # What it was done by may be disabled from now on, and would hand the keyboard to the button that closes.
        self.tree.setFocus()
        if deed == "interrupt":
            # A run of this window cancels its task in order; of what else an engine executes only the engine can say.
            tasks = {one.number: one.task for one in self.tree.selected() if one.task and one.number is not None}
            self._cancel(tasks)
        if others := tuple(number for number in numbers if number not in tasks):
            self.begin(self.clusters.act(self.clusters.current, deed, others))

    def _open_menu(self, place: QPoint) -> None:
        there = self.tree.selected()
        viewport = self.tree.viewport()
        if there and viewport is not None:
            self.menu().popup(viewport.mapToGlobal(place))

    def menu(self) -> QMenu:
        """Return the menu of the engines that are selected."""
        there = self.tree.selected()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for deed, button in self.buttons.items():
            action = menu.addAction(self.theme.icon(ICONS[deed]), button.text())
            assert action is not None
            action.setEnabled(button.isEnabled())
            action.triggered.connect(lambda _checked, deed=deed: self.act(deed))
        menu.addSeparator()
        run = menu.addAction(self.theme.icon("run"), self.tr("Run on engines…"))
        log = menu.addAction(self.theme.icon("log"), self.tr("Show the log"))
        copy = menu.addAction(self.theme.icon("copy"), self.tr("Copy"))
        assert run is not None
        assert log is not None
        assert copy is not None
        run.triggered.connect(lambda: self._run_on(tuple(one.number for one in there if one.number is not None)))
        log.setEnabled(len(there) == 1 and bool(there[0].log))
        log.triggered.connect(lambda: self._show_log(there[0].log))
        copy.triggered.connect(self._copy)
        return menu

    def _copy(self) -> None:
        """Copy the selected engines, or all, as a table to paste."""
        row = self.cluster
        there = self.tree.selected() or (list(row.engines) if row is not None else [])
        shown = columns()
        lines = ["\t".join((self.tr("Host"), *(column.title for column in shown)))]
        lines += ["\t".join((engine.host or "", *(column.text(engine) for column in shown))) for engine in there]
        clipboard = QApplication.clipboard()
        assert clipboard is not None
        clipboard.setText("\n".join(lines))

    # How it looks

    def dress(self) -> None:
        """Take the colours of the theme."""
        super().dress()
        write_as(self.title, self.theme, HEADING, semibold=True)
        write_as(self.where, self.theme, colour=self.theme.colours.secondary)
        if self.cluster is not None:
            self._dress_lock(self.cluster)
