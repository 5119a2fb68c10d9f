"""What the outline looks like: the tree over the table, the row of buttons, what it says, and its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QIcon, QKeySequence, QShortcut
from PyQt6.QtWidgets import QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ..buttons import Buttons
from ..chips import chip
from ..empty import EmptyPlace
from ..labels import write_as
from ..theme.tokens import CAPTION, GRID, STATES
from .views import ConnectionsTable, NodesTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QToolButton

    from ..theme.theme import Theme
    from .connections import ConnectionsModel
    from .nodes import NodesModel

    Key = QKeySequence.StandardKey | Qt.Key | str


class OutlineFace(QWidget):
    """The widgets of the outline; what they do is said by who makes them work."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chips: dict[str, QIcon] = {}
        self._needs_node: list[QToolButton] = []

    def _build(self, nodes: NodesModel, wires: ConnectionsModel) -> None:
        """Make the widgets that show these models."""
        self.tree, self.table = NodesTree(nodes, self), ConnectionsTable(wires, self)
        self.buttons, self.wire_title, self.message = Buttons(self._theme, self), QLabel(self), QLabel(self)
        self.empty = EmptyPlace(self._theme, self)
        self._arrange()
        self._theme.changed.connect(self._dress)
        self._dress()

    def _arrange(self) -> None:
        self.empty.say(
            self.tr("No nodes yet"),
            self.tr("Add modules here, or drag them from the palette onto the canvas."),
            "outline",
            self.tr("Add a module"),
        )
        self.wire_title.setContentsMargins(GRID, GRID, 0, GRID)
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.message.setAccessibleName(self.tr("Message"))
        self.message.hide()
        below = QWidget(self)
        lower = QVBoxLayout(below)
        lower.setContentsMargins(0, 0, 0, 0)
        lower.setSpacing(0)
        lower.addWidget(self.wire_title)
        lower.addWidget(self.table)
        self.split = QSplitter(Qt.Orientation.Vertical, self)
        self.split.addWidget(self.tree)
        self.split.addWidget(below)
        self.split.setStretchFactor(0, 2)
        self.split.setStretchFactor(1, 1)
        self.split.setChildrenCollapsible(False)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.split)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.setSpacing(GRID)
        for widget in (self.buttons, self.pages, self.message):
            layout.addWidget(widget)
        layout.setStretch(1, 1)
        self.setFocusProxy(self.tree)
        self.setAccessibleName(self.tr("Outline"))

    def _action(
        self, icon: str, text: str, keys: tuple[Key, ...], act: Callable[[], object], *, needs_node: bool = True
    ) -> None:  # fmt: skip
        named = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
        button = self.buttons.add(icon, f"{text} ({named})", act)
        button.setAccessibleName(text)
        button.setAccessibleDescription(self.tr("Key: {key}").format(key=named))
        for key in keys:
            self._shortcut(self.tree, key, act)
        if needs_node:
            self._needs_node.append(button)

    def _shortcut(self, widget: QWidget, key: Key, act: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(key), widget)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(act)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return a size in which names and states can be read."""
        return QSize(70 * GRID, 110 * GRID)

    def _chip(self, category: str) -> QIcon:
        if category not in self._chips:
            self._chips[category] = QIcon(chip(self._theme, category, self.devicePixelRatioF()))
        return self._chips[category]

    def say(self, text: str) -> None:
        """Say why something was not done, until the next thing is."""
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def _dress(self) -> None:
        self._chips.clear()
        write_as(self.wire_title, self._theme, semibold=True)
        write_as(self.message, self._theme, CAPTION, colour=STATES["failed"].colour.on(self._theme.colours))
