"""The panel of modules: a search field over a tree of categories, from which modules are dragged or placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QAbstractItemView, QLineEdit, QStackedWidget, QTreeView, QVBoxLayout, QWidget

from ..empty import EmptyPlace
from ..search.module_search import import_path
from ..theme.tokens import CHIP, GRID
from .broken import BrokenSources
from .model import PATH, PaletteModel
from .rows import PaletteRow

if TYPE_CHECKING:
    from ..catalogue import Catalogue
    from ..theme.theme import Theme

_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class PalettePanel(QWidget):
    """Lists what can be placed. ``place_requested`` tells the import path of what a person wants to have."""

    place_requested = pyqtSignal(str)

    def __init__(self, catalogue: Catalogue, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue, self._theme = catalogue, theme
        self._open: set[str] = set()
        self.field = QLineEdit(self)
        self.model = PaletteModel(self)
        self.tree = QTreeView(self)
        self.empty = EmptyPlace(theme, self)
        self.broken = BrokenSources(catalogue, theme, self)
        self._pages = QStackedWidget(self)
        self._set_up_tree()
        self._arrange()
        self.field.textChanged.connect(self._show)
        self.field.installEventFilter(self)
        self.tree.installEventFilter(self)
        self.tree.doubleClicked.connect(self._place)
        self.empty.wanted.connect(self._do_next)
        catalogue.changed.connect(self._show)
        theme.changed.connect(self._dress)
        self._dress()
        self._show()

    def _set_up_tree(self) -> None:
        self.tree.setModel(self.model)
        self.tree.setItemDelegate(PaletteRow(self._theme, self.tree))
        self.tree.setHeaderHidden(True)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(CHIP)
        self.tree.setDragEnabled(True)
        self.tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setExpandsOnDoubleClick(False)
        self.tree.setAccessibleName(self.tr("Modules"))
        self.tree.setAccessibleDescription(self.tr("Enter places the module on the canvas"))
        self.tree.clicked.connect(self._toggle)
        self.tree.expanded.connect(lambda index: self._open.add(index.data()))
        self.tree.collapsed.connect(lambda index: self._open.discard(index.data()))

    def _arrange(self) -> None:
        self.field.setPlaceholderText(self.tr("Search modules"))
        self.field.setAccessibleName(self.tr("Search modules"))
        self.field.setClearButtonEnabled(True)
        self._pages.addWidget(self.tree)
        self._pages.addWidget(self.empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.field)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.broken)
        self.setFocusProxy(self.field)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return a width in which most names can be read."""
        return QSize(60 * GRID, 120 * GRID)

    def _dress(self) -> None:
        for action in self.field.actions():
            if action.objectName() == "search":
                self.field.removeAction(action)
        icon = self._theme.icon("search", self._theme.colours.disabled)
        added = self.field.addAction(icon, QLineEdit.ActionPosition.LeadingPosition)
        if added is not None:
            added.setObjectName("search")
        viewport = self.tree.viewport()
        if viewport is not None:
            viewport.update()

    # What is shown

    def _show(self) -> None:
        word = self.field.text()
        if word.strip():
            self.model.show_found(self._catalogue.search(word))
            self.tree.setRootIsDecorated(False)
            self.tree.setCurrentIndex(self.model.index(0, 0))
        else:
            opened = set(self._open)
            self.model.show_categories(self._catalogue.modules.values(), self.tr("Other"))
            self.tree.setRootIsDecorated(True)
            for row in range(self.model.rowCount()):
                index = self.model.index(row, 0)
                self.tree.setExpanded(index, index.data() in opened)
        if self.model.rowCount():
            self._pages.setCurrentWidget(self.tree)
        else:
            self._say_why_empty(word)
            self._pages.setCurrentWidget(self.empty)

    def _say_why_empty(self, word: str) -> None:
        path = import_path(word)
        if self._catalogue.modules and path:
            text = self.tr("It is not in the catalogue, but any function can be placed by its import path.")
            self.empty.say(path, text, "category-code", self.tr("Place function"))
        elif self._catalogue.modules:
            text = self.tr("Try another word, or write an import path such as scipy.ndimage:gaussian_filter.")
            self.empty.say(self.tr("Nothing found"), text, "search", self.tr("Clear search"))
        elif self._catalogue.state == "failed":
            title = self.tr("The modules could not be listed")
            self.empty.say(title, self._catalogue.problem, "warning", self.tr("Try again"))
        elif self._catalogue.state == "loading":
            self.empty.say(self.tr("Looking for modules…"), self.tr("The runner reads what is installed."), "search")
        else:
            text = self.tr("Install a package with modules, or put a Python file into your folder of modules.")
            self.empty.say(self.tr("There are no modules"), text, "info", self.tr("Look again"))

    def _do_next(self) -> None:
        word = self.field.text()
        if not self._catalogue.modules:
            self._catalogue.start()
        elif import_path(word):
            self.place_requested.emit(import_path(word))
        else:
            self.field.clear()

    # What a person does

    def _toggle(self, index: QModelIndex) -> None:
        if not index.data(PATH):
            self.tree.setExpanded(index, not self.tree.isExpanded(index))

    def _place(self, index: QModelIndex) -> None:
        path = index.data(PATH)
        if path:
            self.place_requested.emit(path)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Place with Enter; walk from the field into the tree with the arrow."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _ENTER and self._pages.currentWidget() is self.tree:
                index = self.tree.currentIndex()
                self._toggle(index)
                self._place(index)
                return True
            if event.key() in _ENTER and watched is self.field:
                self._do_next()
                return True
            if event.key() == Qt.Key.Key_Down and watched is self.field:
                self.tree.setFocus()
                return True
        return super().eventFilter(watched, event)
