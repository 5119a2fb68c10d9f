"""The program: one window, its runner, its documents, and what keeps them alive and lets them go."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEventLoop, QLibraryInfo, QLocale, QObject, QTranslator
from PyQt6.QtWidgets import QApplication

from ...core.collector import collect_seldom
from .bridge import Bridge
from .canvas.boards import Boards
from .canvas.inks import Inks
from .catalogue import Catalogue
from .commanding import bind_commands
from .dialogs.about import as_text, facts
from .dialogs.crash_dialog import CrashDialog
from .faults import LOG, Faults
from .files.aside import Aside
from .files.documents import Documents
from .files.recovery import Recovery
from .recovering import Recovering
from .shared import Shared
from .theme.theme import Theme
from .window import Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QSessionManager

    from .settings import Settings
    from .theme.theme import Choice

NAME = "treadle"


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """Return the application of Qt, named and with the words of the person's language."""
    QApplication.setApplicationName(NAME)
    QApplication.setApplicationDisplayName("")
    QApplication.setDesktopFileName(NAME)
    application = QApplication([NAME, *arguments])
    application.setQuitOnLastWindowClosed(False)
    collect_seldom()
    for name, folder in (
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        (NAME, str(Path(__file__).parents[2] / "resources" / "translations")),
    ):
        words = QTranslator(application)
        if words.load(QLocale(), name, "_", folder):
            application.installTranslator(words)
    return application


class Program(QObject):
    """Everything behind one window. ``end`` lets go of all of it, in order, and may be called twice."""

    def __init__(
        self,
        application: QApplication,
        settings: Settings,
        state_folder: Path,
        bridge: Bridge | None = None,
        catalogue_file: Path | None = None,
    ) -> None:
        super().__init__()
        self.application, self.settings = application, settings
        self._log_folder = state_folder / "log"
        self.theme = Theme(_appearance(settings), self)
        self.theme.dress(application)
        self.bridge = bridge or Bridge(parent=self)
        self.catalogue = Catalogue(self.bridge, catalogue_file, self)
        self.aside = Aside("files", self)
        boards = Boards()
        boards.font = Inks(self.theme).title_font
        self.documents = Documents(self.aside, self, boards.read, boards.load)
        self.recovery = Recovery(self.documents, settings, self.aside, state_folder / "recovery", self)
        self.shared = Shared(self.theme, settings, self.bridge, self.catalogue, boards)
        self.window = Window(self.shared, self.documents, self.aside)
        self.recovering = Recovering(self.window, self.documents, self.recovery, self.aside)
        self.faults = Faults(self)
        self._crash: CrashDialog | None = None
        self._ended = False
        self._unasked = False
        bind_commands(self.window, self._log_folder)
        self.faults.happened.connect(self._tell_fault)
        self.recovery.failed.connect(self.window.say)
        self.faults.interrupted.connect(self._interrupted)
        application.commitDataRequest.connect(self.session_ends)
        self.bridge.state_changed.connect(self._runner_changed)
        self.bridge.busy_changed.connect(self.window.toolbar.runner.tell_busy)
        settings.changed.connect(self._setting_changed)
        self.window.closed.connect(self.end)

    def start(self, paths: Sequence[Path] = ()) -> None:
        """Show the window with these files, and start its runner."""
        self.faults.install()
        self._runner_changed(self.bridge.state, "")
        if not paths:
            self._begin()
        for path in paths:
            self.window.files.open(path)
        self.window.show()
        self.bridge.start()
        self.recovering.look()

    def _begin(self) -> None:
        if self.settings.flag("welcome_at_start"):
            self.window.show_welcome()
        else:
            self.documents.new()

    def open(self, paths: Sequence[Path]) -> None:
        """Open files that another launch was given, and come to the front."""
        for path in paths:
            self.window.files.open(path)
        self.window.come_to_front()

    def end(self) -> None:
        """Let go of the runner and of what is being written, and leave."""
        if self._ended:
            return
        self._ended = True
        if self._unasked:
            self.recovery.note()
        self.recovering.end()
        self.aside.finish()
        self.window.leftovers.end()
        self.recovery.end(keep=self._unasked)
        self.bridge.stop()
        self.settings.write()
        self.application.commitDataRequest.disconnect(self.session_ends)
        self.faults.remove()
        self.application.quit()

    def ended_by_signal(self, number: int) -> None:
        """Leave without asking: nobody may be there to answer. What is not saved is offered at the next start."""
        LOG.info("ended by signal %s", number)
        self._leave_unasked()

    def _interrupted(self) -> None:
        self.ended_by_signal(signal.SIGINT)

    def session_ends(self, _session: QSessionManager | None = None) -> None:
        """Leave without asking, before the session goes on to end: it may take the screen away right after this."""
        LOG.info("ended by the end of the session")
        over = QEventLoop()
        self.window.closed.connect(over.quit)
        self._leave_unasked()
        if not self._ended:
            # Not for longer than leaving bounds itself.
            over.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

    def _leave_unasked(self) -> None:
        if not self._ended:
            self._unasked = True
            self.recovery.note()
            self.window.leaving.begin_unasked()

    def _runner_changed(self, state: str, why: str) -> None:
        if state == "idle":
            self.catalogue.start()
        self.window.toolbar.runner.tell(state, why)

    def _setting_changed(self, name: str) -> None:
        if name == "appearance":
            self.theme.choose(_appearance(self.settings))

    def _tell_fault(self, text: str) -> None:
        if self._crash is not None:
            self._crash.add(text)
            return
        report = f"{as_text(facts(self.bridge.welcome))}\n\n{text}"
        self._crash = CrashDialog(self.theme, report, str(self._log_folder / "window.log"), self.window)
        self._crash.finished.connect(self._fault_read)
        self._crash.show()

    def _fault_read(self) -> None:
        self._crash = None


def _appearance(settings: Settings) -> Choice:
    chosen = settings.text("appearance")
    return chosen if chosen in {"light", "dark"} else "system"  # type: ignore[return-value]


def fail(text: str) -> int:
    """Say on the terminal why there is no window."""
    sys.stderr.write(f"treadle: {text}\n")
    return 1
