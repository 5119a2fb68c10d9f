"""Brings the reasons for schemes to where a person asks for them: badges, menus, the inspector, commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from .run_on_menu import RunOnMenu
from .together import schemes_of
from .why_dialog import WhyDialog
from .words import tip

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QMenu

    from ..page import DocumentPage
    from ..shared import Shared


class Explaining(QObject):
    """Explains the schemes of the nodes of one page, and goes with it."""

    def __init__(self, page: DocumentPage, shared: Shared) -> None:
        super().__init__(page)
        self._page, self._shared = page, shared
        self.menu = RunOnMenu(page.document, shared.settings, shared.theme)
        self.dialog: WhyDialog | None = None
        page.canvas.scheme_facts = self._tip
        page.canvas.why_requested.connect(lambda node_id: self.explain("/".join((*page.canvas.where, node_id))))

    def explain(self, path: str) -> None:
        """Show why a node runs where it does."""
        if self.dialog is None:
            shared = self._shared
            self.dialog = WhyDialog(self._page.runs, shared.bridge, shared.theme, self._fill, self._page)
            self.dialog.finished.connect(self._closed)
        self.dialog.show_node(path)

    def explain_selected(self) -> None:
        """Show it for what is selected, of several nodes for the first."""
        for path in self._page.selected_paths[:1]:
            self.explain(path)

    def fill(self, menu: QMenu) -> None:
        """Put the schemes that what is selected may be given into a menu."""
        self.menu.fill(menu, self._page.canvas.where, self._page.selection)

    def _fill(self, menu: QMenu, path: str) -> None:
        *where, node_id = path.split("/")
        self.menu.fill(menu, tuple(where), (node_id,))

    def _closed(self) -> None:
        self.dialog = None

    def _tip(self, node_id: str) -> str:
        path = "/".join((*self._page.canvas.where, node_id))
        runs = self._page.runs
        story = runs.record.nodes.get(path) if runs.record is not None else None
        why = story.reason if story is not None else ""
        return tip(schemes_of(runs.checking.schemes, path), runs.look(path), why, self._shared.theme)
