"""The buttons of the card: as many as there is room for, the rest of them behind one more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from ...theme.tokens import GRID, ICON_SMALL

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QResizeEvent

    from ...theme.theme import Theme

GAP = GRID


class Deed(NamedTuple):
    """Something that can be done: its icon, its words, what it means, and what does it."""

    icon: str
    text: str
    about: str
    act: Callable[[], object]


class Deeds(QWidget):
    """In order of importance: those that have no room in ``lines`` lines are in the menu of the last button.

    ``lines`` 0: all are shown, whatever height that takes.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.lines = 1
        self.buttons: dict[str, QToolButton] = {}
        self._deeds: dict[str, Deed] = {}
        self._why_not: dict[str, str] = {}
        self.more = self._button(self.tr("More"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self.more)
        self._menu.aboutToShow.connect(self._fill)
        self.more.setMenu(self._menu)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self._dress)

    def add(self, name: str, deed: Deed) -> None:
        """Add one at the end."""
        button = self.buttons[name] = self._button(deed.text)
        button.setText(deed.text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.clicked.connect(lambda _checked: deed.act())
        self._deeds[name] = deed
        QWidget.setTabOrder(button, self.more)
        self.allow(name)
        self._dress()

    def allow(self, name: str, why_not: str = "") -> None:
        """Let it be done, or say why it cannot be."""
        self._why_not[name] = why_not
        button, about = self.buttons[name], self._deeds[name].about
        button.setEnabled(not why_not)
        button.setToolTip(f"{about}\n{why_not}" if why_not else about)
        button.setAccessibleDescription(button.toolTip())

    def _button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setAccessibleName(name.rstrip("…"))
        button.setToolTip(name)
        button.setIconSize(QSize(ICON_SMALL, ICON_SMALL))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _fill(self) -> None:
        self._menu.clear()
        for name, button in self.buttons.items():
            if button.isHidden():
                deed = self._deeds[name]
                action = self._menu.addAction(self._theme.icon(deed.icon), deed.text)
                assert action is not None
                action.setEnabled(button.isEnabled())
                action.setToolTip(button.toolTip())
                action.triggered.connect(lambda _checked, deed=deed: deed.act())
        self._menu.setToolTipsVisible(True)

    def _dress(self) -> None:
        for name, button in self.buttons.items():
            button.setIcon(self._theme.icon(self._deeds[name].icon))
        self.more.setIcon(self._theme.icon("more"))
        colours = self._theme.colours
        self.setStyleSheet(
            f"QToolButton {{ border-color: {colours.border}; background: {colours.surface} }}"
            f"QToolButton:hover, QToolButton:focus {{ border-color: {colours.accent} }}"
            f"QToolButton:pressed {{ background: {colours.accent_ground} }}"
            "QToolButton::menu-indicator { image: none }"
        )

    # Where they stand

    def set_lines(self, lines: int) -> None:
        """Use so many lines, or as many as it takes: 0."""
        if lines != self.lines:
            self.lines = lines
            self.updateGeometry()
            self._arrange()

    @property
    def _height(self) -> int:
        return max((button.sizeHint().height() for button in self.buttons.values()), default=0)

    def _placed(self, width: int) -> tuple[list[tuple[QToolButton, int, int]], int]:
        """Return each button that has room with its line and its left edge, and how many lines there are."""
        places = self._lines_of(list(self.buttons.values()), width)
        if not self.lines or not places or places[-1][1] < self.lines:
            return places, 1 + (places[-1][1] if places else 0)
        shown = list(self.buttons.values())
        while len(shown) > 1:
            shown.pop()
            places = self._lines_of([*shown, self.more], width)
            if places[-1][1] < self.lines:
                break
        return places, self.lines

    def _lines_of(self, buttons: list[QToolButton], width: int) -> list[tuple[QToolButton, int, int]]:
        found, line, left = [], 0, 0
        for button in buttons:
            wide = button.sizeHint().width()
            if left and left + wide > width:
                line, left = line + 1, 0
            found.append((button, line, left))
            left += wide + GAP
        return found

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """Say that the height depends on the width."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """Return the height of all lines."""
        _, lines = self._placed(width)
        return lines * (self._height + GAP) - GAP

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of one line with two buttons."""
        first = [button.sizeHint().width() for button in self.buttons.values()][:2]
        return QSize(sum(first) + GAP + self.more.sizeHint().width(), self._height)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the size of one line with one button."""
        first = [button.sizeHint().width() for button in self.buttons.values()][:1]
        return QSize(sum(first) + GAP + self.more.sizeHint().width(), self._height)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Place them anew."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        places, _ = self._placed(self.width())
        shown = {button for button, _, _ in places}
        for button in (*self.buttons.values(), self.more):
            button.setVisible(button in shown)
        for button, line, left in places:
            button.setGeometry(left, line * (self._height + GAP), button.sizeHint().width(), self._height)
