"""The window: menus, toolbar, panels and tabs around the open pipelines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QMainWindow, QWidget

from .canvas_commands import show_menu
from .commands.commands import Commands
from .commands.shortcuts import Shortcuts
from .dialogs import messages
from .docks import Docks
from .file_actions import SUFFIX, FileActions
from .first_size import first_size
from .leaving.bar import LeftoverBar, under
from .leaving.leaving import Leaving
from .leaving.leftovers import Leftovers
from .leaving.steps import Step
from .menus import Menus, Toolbar
from .page import DocumentPage
from .rooms import Rooms
from .run_commands import run_facts, stands_still
from .running import Running
from .search.popup import SearchPopup
from .status_bar import StatusBar
from .tabs import Tabs, label_of
from .welcome.page import WelcomePage

if TYPE_CHECKING:
    from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent

    from .document import Document
    from .files.aside import Aside
    from .files.documents import Documents
    from .shared import Shared
    from .tour import Tour

LAYOUT = 1
"""Raised when the panels change so much that a layout of an older version cannot be restored."""


class Window(QMainWindow):
    """One window. It owns no document: ``Documents`` does. ``closed`` tells that it is gone for good."""

    closed = pyqtSignal()

    def __init__(self, shared: Shared, documents: Documents, aside: Aside) -> None:
        super().__init__()
        self.shared, self.documents, self._aside = shared, documents, aside
        self.setObjectName("window")
        self.setAcceptDrops(True)
        self.setWindowIcon(shared.theme.icon("treadle", shared.theme.colours.accent))
        self.files = FileActions(documents, shared, aside, self)
        self.commands = Commands(shared.theme, Shortcuts(shared.settings, self), self)
        self.tabs = Tabs(shared.theme, self)
        self.leftovers = Leftovers(shared.bridge, shared.settings, self)
        self.setCentralWidget(under(LeftoverBar(self.leftovers, shared.theme), self.tabs))
        self.rooms = Rooms(shared, self)
        self.docks = Docks(self, self.rooms.panels())
        self.rooms.panel_wanted.connect(self.docks.show)
        self.menus = Menus(
            self, self.commands, shared.settings, self.files.open, self.files.open_example, self.docks.toggles
        )  # fmt: skip
        self.toolbar = Toolbar(self.commands, shared.theme, self)
        self.addToolBar(self.toolbar)
        self.toolbar.put_scheme_chooser(self.rooms.scheme)
        self.status = StatusBar(self.rooms.chips, self.rooms.numbers, shared.theme, self)
        self.setStatusBar(self.status)
        self.pages: dict[Document, DocumentPage] = {}
        self.running: dict[Document, Running] = {}
        self.welcome: WelcomePage | None = None
        self.tour: Tour | None = None
        self._may_close = False
        self.leaving = Leaving(shared.bridge, shared.theme, shared.settings, self)
        self.leaving.over.connect(self.close_now)
        self.leaving.stayed.connect(self.files.ask_waiting)
        self.files.may_ask = lambda: self.leaving.step is Step.IDLE
        self.commands.hear_in(self)
        self.command_popup = SearchPopup(shared.theme, self)
        self._connect()
        self._restore()
        self._page_changed()

    def _connect(self) -> None:
        self.documents.opened.connect(self._opened)
        self.documents.shown_again.connect(self.show_document)
        self.documents.closed.connect(self._closed)
        self.leftovers.said.connect(self.say)
        self.tabs.close_requested.connect(self.close_page)
        self.tabs.page_changed.connect(self._page_changed)

    # What is in front

    @property
    def page(self) -> DocumentPage | None:
        """The page of the document in front; None if there is none."""
        page = self.tabs.page
        return page if isinstance(page, DocumentPage) else None

    @property
    def document(self) -> Document | None:
        """The document in front; None if there is none."""
        return self.page.document if self.page is not None else None

    def show_document(self, document: Document) -> None:
        """Bring a document to the front."""
        self.tabs.setCurrentWidget(self.pages[document])

    def show_welcome(self) -> None:
        """Bring the welcome page to the front."""
        if self.welcome is None:
            self.welcome = WelcomePage(self.shared, self.commands, self._aside, self)
            self.welcome.example_wanted.connect(self.open_example)
            self.welcome.file_wanted.connect(self.files.open)
            self.tabs.add(self.welcome, self.tr("Welcome"), "treadle")
        self.tabs.setCurrentWidget(self.welcome)

    def open_example(self, name: str, run: bool = False) -> None:  # noqa: FBT001 - of a signal
        """Open an example as a new pipeline, and perhaps run it."""
        self.files.open_example(name, lambda document: self.pages[document].runs.start() if run else None)

    def come_to_front(self) -> None:
        """Show the window above others."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def close_page(self, page: QWidget) -> None:
        """Close a tab, asking first if anything would be lost."""
        if isinstance(page, DocumentPage):
            self._close_document(page)
        elif page is self.welcome:
            self.welcome = None
            self.tabs.remove(page)

    def _close_document(self, page: DocumentPage) -> None:
        def close() -> None:
            self.files.close([page.document], lambda: self.documents.close(page.document))

        if not page.runs.going:
            close()
            return
        question = messages.still_running(self.shared.theme, page.document.title, self)
        question.ask(lambda answer: close() if answer == "stop" else None)

    def _opened(self, document: Document) -> None:
        # Before the page is there: it shall fill what the panels leave.
        self.docks.put_away(away=False)
        page = DocumentPage(document, self.shared, self.tabs)
        page.canvas.beside = self._aside.do
        self.pages[document] = page
        self.commands.hear_in(page.canvas, canvas=True)
        self._connect_page(page)
        self.tabs.add_document(page)
        page.selection_changed.connect(self.refresh)
        document.history_changed.connect(self.refresh)
        document.file_changed.connect(self.refresh)
        if document.file is not None:
            self.shared.settings.remember_file(document.file)
        page.setFocus()
        page.fit_soon()

    def _connect_page(self, page: DocumentPage) -> None:
        page.canvas.context_requested.connect(lambda node_id, place: show_menu(self, node_id, place))
        page.canvas.open_requested.connect(lambda _node: self.docks.show("inspector"))
        self.running[page.document] = Running(self, page)

    def _closed(self, document: Document) -> None:
        page = self.pages.pop(document)
        self.running.pop(document)
        page.close_runs()
        self.tabs.remove(page)
        if not self.tabs.count():
            self.show_welcome()

    def _page_changed(self) -> None:
        self.docks.put_away(away=self.tabs.page is self.welcome and self.welcome is not None)
        self.rooms.show(self.page)
        self.refresh()

    # What holds now

    def refresh(self) -> None:
        """Enable the commands for what is in front, and name it in the title."""
        self.commands.facts(self._facts())
        self.commands.check("run.pause", on=self.page is not None and stands_still(self.page))
        self._name_steps()
        self.name()

    def name(self) -> None:
        """Say in the title how far a run is, and what is in front."""
        parts = []
        if self.document is not None:
            parts = [self.running[self.document].progress, label_of(self.document)]
        self.setWindowTitle(" — ".join(part for part in (*parts, "Treadle") if part))

    def _facts(self) -> set[str]:
        facts = {"tab"} if self.tabs.count() else set()
        document, page = self.document, self.page
        if document is None or page is None:
            return facts
        facts.add("document")
        held = {
            "file": document.file is not None,
            "undo": bool(document.undo_label),
            "redo": bool(document.redo_label),
            "selection": bool(page.canvas.selection),
        }
        return facts | run_facts(page) | {name for name, holds in held.items() if holds}

    def _name_steps(self) -> None:
        for command_id, label in (
            ("edit.undo", self.document.undo_label if self.document else ""),
            ("edit.redo", self.document.redo_label if self.document else ""),
        ):
            text = self.commands.command(command_id).menu_text
            self.commands.action(command_id).setText(f"{text} {label}" if label else text)

    def lead_to(self, name: str) -> None:
        """Give a panel the keyboard, also when panels are put away."""
        self.docks.put_away(away=False)
        self.docks.lead_to(name)

    def say(self, text: str) -> None:
        """Tell something in passing, in the status bar."""
        self.status.say(text)

    # Files from outside

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:  # noqa: N802
        """Take pipeline files."""
        assert event is not None
        if _pipelines_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:  # noqa: N802
        """Open the pipeline files that were dropped."""
        assert event is not None
        for path in _pipelines_in(event):
            self.files.open(path)
        event.acceptProposedAction()

    # How it was left

    def _restore(self) -> None:
        self.resize(first_size(self))
        self.restoreGeometry(self.shared.settings.state("geometry"))
        self.restoreState(self.shared.settings.state("panels"), LAYOUT)
        self.docks.name_all()

    def reset_layout(self) -> None:
        """Put all panels where they are at first."""
        self.docks.put_away(away=False)
        self.docks.reset()
        self.toolbar.show()
        self._page_changed()

    def remember(self) -> None:
        """Keep how the window is for the next time."""
        self.docks.put_away(away=False)
        self.shared.settings.set_state("geometry", self.saveGeometry())
        self.shared.settings.set_state("panels", self.saveState(LAYOUT))
        self.shared.settings.write()

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802
        """Close once nothing would be lost, or goes on, without the person having said so."""
        assert event is not None
        # Qt lets nobody close a window that is being closed: what need not be asked is answered in this very event.
        to_ask = self.leaving.needed or any(document.modified for document in self.documents.all)
        if to_ask and not self._may_close:
            event.ignore()
            self.files.close(list(self.documents.all), self.leaving.begin)
            return
        self.remember()
        event.accept()
        self.closed.emit()

    def close_now(self) -> None:
        """Close without asking."""
        self._may_close = True
        self.close()


def _pipelines_in(event: QDropEvent) -> list[Path]:
    data = event.mimeData()
    urls = data.urls() if data is not None else []
    paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    return [path for path in paths if path.suffix == SUFFIX]
