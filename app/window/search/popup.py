"""A search field with its list, which opens at a place and closes when something is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, QPoint, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from ..theme.tokens import CAPTION, GRID, ROW_PALETTE
from .result_list import ResultList

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QHideEvent

    from ..theme.theme import Theme
    from .entries import Entry

    Find = Callable[[str], list[Entry]]

WIDTH = 100 * GRID
ROWS = 10
MOST = 500
"""So many results are shown; who does not find it there writes another letter."""


class SearchPopup(QFrame):
    """Shows what ``find`` finds for each letter; arrows move, Enter or a click chooses, Escape closes.

    ``closed`` tells that it is gone, with whether anything was chosen. The callback of the entry is called after that.
    """

    closed = pyqtSignal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self._theme = theme
        self._find: Find = lambda _word: []
        self._chosen: Entry | None = None
        self._empty = ""
        self.field = QLineEdit(self)
        self.list = ResultList(theme, self)
        self._nothing = QLabel(self)
        self._hint = QLabel(self.tr("↑ ↓ to move, Enter to choose, Esc to close"), self)
        self._arrange()
        self.field.textChanged.connect(self.refresh)
        self.field.installEventFilter(self)
        self.list.chosen.connect(self._choose)
        theme.changed.connect(self._dress)
        self._dress()

    def _arrange(self) -> None:
        self.setObjectName("search-popup")
        self.setAccessibleName(self.tr("Search"))
        self.field.setClearButtonEnabled(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._nothing.setWordWrap(True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._nothing.setMargin(2 * GRID)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(GRID + 2)
        for widget in (self.field, self.list, self._nothing, self._hint):
            layout.addWidget(widget)

    def _dress(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"#search-popup {{ background: {colours.raised}; border: 1px solid {colours.border_strong}; }}"
            f"#search-popup QLabel {{ color: {colours.secondary}; }}"
            f"#search-popup QListView {{ background: {colours.raised}; }}"
        )
        self._hint.setFont(self._theme.font(CAPTION))

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size for ten results."""
        row = max(ROW_PALETTE, self.fontMetrics().height() + 2 * GRID)
        return QSize(WIDTH, (ROWS + 3) * row)

    def open_at(self, place: QPoint, find: Find, placeholder: str = "", *, empty: str = "", word: str = "") -> None:
        """Open with the corner at a place on the screen, moved as far as needed to be seen whole.

        ``empty`` is said where nothing is found.
        """
        self._find, self._chosen = find, None
        self._empty = empty or self.tr("Nothing found. Try another word.")
        shown = placeholder or self.tr("Search")
        self.field.setPlaceholderText(shown)
        self.field.setAccessibleName(shown)
        self.field.setText(word)
        self.resize(self.sizeHint())
        self.move(self._on_screen(place))
        self.refresh()
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _on_screen(self, place: QPoint) -> QPoint:
        screen = QApplication.screenAt(place) or QApplication.primaryScreen()
        if screen is None:
            return place
        free = screen.availableGeometry()
        return QPoint(
            max(free.left(), min(place.x(), free.right() - self.width())),
            max(free.top(), min(place.y(), free.bottom() - self.height())),
        )

    def refresh(self) -> None:
        """Search again: the word is another, or there is more to find."""
        entries = self._find(self.field.text())[:MOST]
        self.list.show_entries(entries)
        self.list.setVisible(bool(entries))
        self._nothing.setVisible(not entries)
        self._nothing.setText(self._empty)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Let the keys of the list work in the field."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.field:
            if event.key() == Qt.Key.Key_Tab:
                self.list.step(1)
                return True
            if self.list.take_key(event.key()):
                return True
        return super().eventFilter(watched, event)

    def _choose(self, entry: Entry) -> None:
        self._chosen = entry
        self.hide()
        entry.callback()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802
        """Tell that it is closed."""
        super().hideEvent(event)
        self.closed.emit(self._chosen is not None)
