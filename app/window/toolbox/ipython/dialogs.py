"""Opens the dialogs of clusters: each once, beside the window and not in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from PyQt6.QtCore import QObject, QUrl
from PyQt6.QtGui import QDesktopServices

from ...dialogs.messages import trouble
from ...dialogs.question import Choice, Question
from . import words
from .change_profile import ChangeProfileDialog
from .clean_up import CleanUpDialog
from .environment import EnvironmentDialog
from .information import InformationDialog
from .logs import LogsDialog
from .new_profile import NewProfileDialog
from .run_on_engines import RunOnEnginesDialog
from .shutdown_dialog import ShutDownDialog
from .start_dialog import StartDialog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PyQt6.QtWidgets import QDialog, QWidget

    from .....core.protocol import ClusterName
    from ...theme.theme import Theme
    from ..clusters import Clusters
    from ..operation import Operation
    from .remembered import Remembered

Shown = TypeVar("Shown", bound="QDialog")


class Dialogs(QObject):
    """All that can be asked for with clusters, by name. ``follow`` gets operations that have no dialog of their own.

    ``cancel`` is to cancel tasks of runs, which it gets by the numbers of the engines that execute them.
    """

    def __init__(self, clusters: Clusters, remembered: Remembered, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.clusters, self.remembered, self._theme = clusters, remembered, theme
        self._parent = parent
        self.open: dict[str, QDialog] = {}
        self._waiting: Callable[[], object] | None = None
        clusters.changed.connect(self._go_on)
        self.follow: Callable[[Operation], object] = lambda _operation: None
        self.cancel: Callable[[Mapping[int, str]], object] = lambda _tasks: None

    def _show(self, name: str, make: Callable[[], Shown], *, anew: bool = False) -> Shown:
        there = self.open.get(name)
        # Some dialogs are about one cluster, and another one may be in front by now.
        if there is not None and (anew or getattr(there, "about_one", self.clusters.current) != self.clusters.current):
            there.close()
            there = self.open.get(name)
        if there is None:
            there = self.open[name] = make()
            there.destroyed.connect(lambda: self.open.pop(name, None))
            there.finished.connect(lambda _code: self.open.pop(name, None))
        there.show()
        there.raise_()
        there.activateWindow()
        # Under each name stands what was made for it.
        return cast("Shown", there)

    def when_ready(self, act: Callable[[], object]) -> None:
        """Do something once it is known which profiles and clusters there are; if that cannot be known, say why."""
        if self.clusters.state == "ready":
            act()
            return
        self._waiting = act
        self.clusters.refresh()

    def _go_on(self) -> None:
        act, problem = self._waiting, self.clusters.problem
        if act is None or self.clusters.state not in {"ready", "failed"}:
            return
        self._waiting = None
        if self.clusters.state == "ready":
            act()
        elif problem is not None:
            title = self.tr("Clusters cannot be looked at")
            trouble(self._theme, title, problem, self._top).open()

    @property
    def _top(self) -> QWidget:
        return self._parent.window() or self._parent

    # Each by name

    def start_engines(self) -> StartDialog:
        """Start a cluster, or add engines."""
        return self._show("start", lambda: StartDialog(self.clusters, self.remembered, self._theme, self._top))

    def information(self) -> InformationDialog:
        """Show the cluster in front."""
        return self._show(
            "information",
            lambda: InformationDialog(
                self.clusters,
                self._theme,
                self.start_engines,
                self.run_on_engines,
                self.logs,
                self.cancel,
                self._top,
            ),
        )

    def change_profile(self, wanted: str = "") -> ChangeProfileDialog:
        """Choose another profile."""
        return self._show(
            "change-profile",
            lambda: ChangeProfileDialog(self.clusters, self._theme, wanted, self._top),
            anew=bool(wanted),
        )

    def use_profile(self, name: str) -> None:
        """Change to a profile at once, or ask first where something of the old one has to be decided on."""
        held = any(row.held and row.name.profile == self.clusters.chosen for row in self.clusters.found)
        if name == self.clusters.chosen:
            return
        if held:
            self.change_profile(name)
        else:
            self.follow(self.clusters.choose_profile(name))

    def new_profile(self, like: str = "") -> NewProfileDialog:
        """Make a profile."""
        return self._show(
            "new-profile",
            lambda: NewProfileDialog(self.clusters, self._theme, self.use_profile, like, self._top),
            anew=True,
        )

    def duplicate_profile(self) -> NewProfileDialog:
        """Make a profile like the chosen one."""
        return self.new_profile(self.clusters.chosen)

    def open_folder(self) -> None:
        """Show the folder of the chosen profile."""
        if self.folder:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self.folder))

    @property
    def folder(self) -> str:
        """The folder of the chosen profile; empty if it has none yet, or it is on another machine."""
        here = [one.folder for one in self.clusters.profiles if one.name == self.clusters.chosen]
        return here[0] if here and not self.clusters.host else ""

    def clean_up(self) -> CleanUpDialog:
        """Stop what Treadle started, or leave it running."""
        return self._show("clean-up", lambda: CleanUpDialog(self.clusters, self._theme, self._top))

    def shut_down(self) -> ShutDownDialog:
        """Ask the controller to end with all its engines."""
        return self._show("shut-down", lambda: ShutDownDialog(self.clusters, self._theme, self._top))

    def environment(self) -> EnvironmentDialog:
        """Set variables of the engines."""
        return self._show(
            "environment", lambda: EnvironmentDialog(self.clusters, self.remembered, self._theme, self._top)
        )

    def run_on_engines(self, engines: tuple[int, ...] = ()) -> RunOnEnginesDialog:
        """Run a statement on engines."""
        dialog = self._show(
            "run-on", lambda: RunOnEnginesDialog(self.clusters, self._theme, self.start_engines, engines, self._top)
        )
        if engines:
            dialog.choice.tick(engines)
        return dialog

    def logs(self, file: str = "") -> LogsDialog:
        """Show the logs."""
        return self._show("logs", lambda: LogsDialog(self.clusters, self._theme, file, self._top), anew=bool(file))

    def restart_engines(self) -> Question | None:
        """Ask, and replace all engines that Treadle started by fresh ones."""
        row = self.clusters.here
        if row is None or not self.clusters.looked():
            self.information()
            return None
        ours = [engine for engine in row.engines if engine.ours and engine.number is not None]
        others = words.foreign(row)
        if not ours:
            question = self.tr("No engine of {name} was started by Treadle").format(name=row.name)
            consequence = self.tr("Engines of others cannot be started again from here.")
            asked = Question(self._theme, question, consequence, (Choice("", self.tr("Close")),), parent=self._top)
            asked.open()
            return asked
        question = self.tr("Restart {engines} of {name}?").format(engines=words.engines(len(ours)), name=row.name)
        consequence = self.tr("What they hold in memory is lost. They get new numbers.")
        if row.busy:
            consequence += " " + self.tr("Tasks of the run that are executed there start again elsewhere.")
        if others:
            consequence += " " + self.tr("Engines of others stay as they are: {what}.").format(what=others)
        choices = (Choice("", self.tr("Cancel")), Choice("restart", self.tr("Restart engines")))
        asked = Question(self._theme, question, consequence, choices, icon="retry", parent=self._top)
        numbers = tuple(engine.number for engine in ours if engine.number is not None)
        asked.ask(lambda answer: self._restart(row.name, numbers) if answer == "restart" else None)
        return asked

    def _restart(self, name: ClusterName, numbers: tuple[int, ...]) -> None:
        self.follow(self.clusters.act(name, "restart", numbers, deadline=60.0))
