"""The tabs: open pipelines, each with what it needs to be shown, and the welcome page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QTabBar, QTabWidget, QToolButton, QWidget

from .files.documents import is_read_only

if TYPE_CHECKING:
    from .document import Document
    from .page import DocumentPage
    from .theme.theme import Theme

DOT = "●"


class Tabs(QTabWidget):
    """Shows one page at a time. ``close_requested`` asks whoever owns the documents; nothing is closed here."""

    close_requested = pyqtSignal(object)
    page_changed = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setDocumentMode(True)
        self.setMovable(True)
        bar = self.tabBar()
        assert bar is not None
        bar.setDrawBase(False)
        bar.setExpanding(False)
        self.setAccessibleName(self.tr("Open pipelines"))
        self.currentChanged.connect(lambda _index: self.page_changed.emit())
        theme.changed.connect(self._draw)

    @property
    def page(self) -> QWidget | None:
        """What is in front."""
        return self.currentWidget()

    def add(self, page: QWidget, title: str, icon: str) -> None:
        """Add a page and bring it to the front."""
        index = self.addTab(page, self._theme.icon(icon), title)
        page.setProperty("icon", icon)
        self._add_close(index, page)
        self.setCurrentIndex(index)

    def add_document(self, page: DocumentPage) -> None:
        """Add the page of a document, its tab always showing its title and whether it is saved."""
        self.add(page, page.document.title, "layout")
        page.document.file_changed.connect(lambda: self._name(page))
        page.document.history_changed.connect(lambda: self._name(page))
        self._name(page)

    def remove(self, page: QWidget) -> None:
        """Take a page away."""
        index = self.indexOf(page)
        if index >= 0:
            self.removeTab(index)
            page.deleteLater()

    def step(self, by: int) -> None:
        """Go to the next tab, or the one before."""
        if self.count():
            self.setCurrentIndex((self.currentIndex() + by) % self.count())

    def _name(self, page: DocumentPage) -> None:
        index = self.indexOf(page)
        if index < 0:
            return
        document = page.document
        self.setTabText(index, label_of(document).replace("&", "&&"))
        self.setTabToolTip(index, self._tooltip(document))
        locked = document.file is not None and is_read_only(document.file)
        page.setProperty("icon", "lock" if locked else "layout")
        self.setTabIcon(index, self._theme.icon("lock" if locked else "layout"))

    def _tooltip(self, document: Document) -> str:
        place = str(document.file) if document.file is not None else self.tr("Not saved in a file yet")
        if document.file is not None and is_read_only(document.file):
            place += " · " + self.tr("read-only")
        return place + (" · " + self.tr("has changes that are not saved") if document.modified else "")

    def _add_close(self, index: int, page: QWidget) -> None:
        button = QToolButton()
        button.setIcon(self._theme.icon("close"))
        button.setAutoRaise(True)
        button.setToolTip(self.tr("Close"))
        button.setAccessibleName(self.tr("Close {title}").format(title=self.tabText(index)))
        button.clicked.connect(lambda: self.close_requested.emit(page))
        bar = self.tabBar()
        assert bar is not None
        bar.setTabButton(index, QTabBar.ButtonPosition.RightSide, button)

    def _draw(self) -> None:
        bar = self.tabBar()
        assert bar is not None
        for index in range(self.count()):
            page = self.widget(index)
            button = bar.tabButton(index, QTabBar.ButtonPosition.RightSide)
            if page is not None and isinstance(button, QToolButton):
                button.setIcon(self._theme.icon("close"))
                self.setTabIcon(index, self._theme.icon(str(page.property("icon"))))


def label_of(document: Document) -> str:
    """Return what a tab says of a document."""
    return f"{document.title} {DOT}" if document.modified else document.title
