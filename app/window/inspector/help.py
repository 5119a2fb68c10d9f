"""Shows the help of the selected module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt, QUrl
from PyQt6.QtWidgets import QFrame, QSizePolicy, QTextBrowser

from ..theme.tokens import GRID
from .markup import help_of

if TYPE_CHECKING:
    from typing import Any

    from PyQt6.QtGui import QResizeEvent

    from ....core.modules import Module
    from ..theme.theme import Theme


class HelpView(QTextBrowser):
    """Rich text as high as it is; it opens no links and loads nothing."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._module: Module | None = None
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Help"))
        self.setTabChangesFocus(True)
        theme.changed.connect(self._show)

    def show_module(self, module: Module | None) -> None:
        """Show the help of a module; without one, what a group is."""
        if module != self._module or not self.toPlainText():
            self._module = module
            self._show()

    def _show(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet("QTextBrowser { border: none; background: transparent; padding: 0; }")
        document = self.document()
        if document is None:
            return
        document.setDocumentMargin(0)
        document.setDefaultFont(self._theme.font())
        mono = self._theme.monospace().family()
        document.setDefaultStyleSheet(
            f"code, pre {{ font-family: '{mono}'; background: {colours.canvas}; }}"
            f" small {{ color: {colours.secondary}; }}"
            f" p {{ margin: 0 0 {GRID + 2}px 0; }} ul {{ margin: 0 0 {GRID}px 0; }}"
        )
        self.setHtml(self._text())
        self._fit()

    def _text(self) -> str:
        if self._module is None:
            return f"<p>{self.tr('A group holds nodes of its own. Open it to see them.')}</p>"
        text = help_of(self._module, (self.tr("Inputs"), self.tr("Outputs")))
        return text or f"<p>{self.tr('This module has no help.')}</p>"

    def loadResource(self, _kind: int, _name: QUrl) -> Any:  # noqa: N802
        """Load nothing, neither from the net nor from files."""
        return None

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the height of the text."""
        document = self.document()
        return QSize(40 * GRID, int(document.size().height()) + 2 if document is not None else 0)

    def _fit(self) -> None:
        document = self.document()
        viewport = self.viewport()
        if document is not None and viewport is not None:
            document.setTextWidth(viewport.width())
            self.setFixedHeight(int(document.size().height()) + GRID)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Be as high as the text is at this width."""
        super().resizeEvent(event)
        self._fit()
