"""A part of the inspector under a heading that opens and closes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ..theme.tokens import CAPTION, GRID, ICON_SMALL

if TYPE_CHECKING:
    from PyQt6.QtGui import QResizeEvent

    from ..theme.theme import Theme


class Section(QWidget):
    """A heading with a word about its content at the right, which is seen also while it is closed.

    ``toggled`` tells that it was opened or closed by a person.
    """

    toggled = pyqtSignal(bool)

    def __init__(self, title: str, theme: Theme, content: QWidget, *, open_: bool = True) -> None:
        super().__init__()
        self._theme = theme
        self.head, self.note, self.content = QToolButton(self), QLabel(self), content
        self.head.setText(title)
        self.head.setCheckable(True)
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setIconSize(QSize(ICON_SMALL, ICON_SMALL))
        self.head.setObjectName("section-head")
        self.head.setAccessibleDescription(self.tr("Opens and closes this section"))
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._holder, self._line = QWidget(self), QFrame(self)
        self._line.setFixedHeight(1)
        self._arrange()
        self.head.toggled.connect(self._turn)
        self.head.clicked.connect(self.toggled)
        theme.changed.connect(self._dress)
        self.head.setChecked(open_)
        self._turn(open_)
        self._dress()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.head)
        row.addWidget(self.note, 1)
        inside = QVBoxLayout(self._holder)
        inside.setContentsMargins(GRID, GRID, GRID, 2 * GRID)
        inside.addWidget(self.content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._line)
        layout.addLayout(row)
        layout.addWidget(self._holder)

    def say(self, note: str) -> None:
        """Show a word about the content."""
        self.note.setToolTip(note)
        self._elide()

    def _elide(self) -> None:
        free = max(0, self.width() - self.head.sizeHint().width() - 2 * GRID)
        self.note.setText(self.note.fontMetrics().elidedText(self.note.toolTip(), Qt.TextElideMode.ElideRight, free))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Cut the word where there is no room for it."""
        super().resizeEvent(event)
        self._elide()

    @property
    def is_open(self) -> bool:
        """Whether the content is shown."""
        return self.head.isChecked()

    def open(self, *, yes: bool = True) -> None:
        """Open it, or close it."""
        self.head.setChecked(yes)

    def _turn(self, yes: bool) -> None:  # noqa: FBT001
        self._holder.setVisible(yes)
        self._dress()

    def _dress(self) -> None:
        colours = self._theme.colours
        self.head.setIcon(self._theme.icon("down" if self.is_open else "right"))
        self.head.setFont(self._theme.font(semibold=True))
        self.note.setFont(self._theme.font(CAPTION))
        self.note.setStyleSheet(f"color: {colours.secondary}")
        self._line.setStyleSheet(f"background: {colours.border}")
        self.head.setStyleSheet(
            f"#section-head, #section-head:checked {{ background: transparent; border-color: transparent;"
            f" padding: {GRID + 2}px {GRID}px; }} #section-head:focus {{ border-color: {colours.accent}; }}"
        )
