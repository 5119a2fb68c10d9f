"""The gallery of examples: a card for each, with its picture; one click opens it, one more runs it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPixmap
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ....core.document import load
from ...examples import EXAMPLES_SHIPPED, example_file, plugged_examples
from ..labels import write_as
from ..miniature import picture
from ..theme.tokens import CAPTION, GRID, RADIUS_CARD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PyQt6.QtGui import QImage, QKeyEvent, QMouseEvent, QResizeEvent

    from ..files.aside import Aside
    from ..theme.theme import Theme

CARD = QSize(264, 252)
PICTURE = QSize(264, 116)


class ExampleCard(QFrame):
    """One example. ``wanted`` tells whether it shall be run at once."""

    wanted = pyqtSignal(bool)

    def __init__(self, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("example")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumSize(CARD)
        self.setMaximumHeight(CARD.height())
        self.setAccessibleName(self.tr("Example: {title}").format(title=title))
        self.picture, self.title, self.about = QLabel(), QLabel(title), QLabel()
        self.picture.setFixedHeight(PICTURE.height())
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName(self.tr("Picture of {title}").format(title=title))
        self.about.setWordWrap(True)
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.run = QPushButton(self.tr("Run"))
        self.run.setAccessibleName(self.tr("Open and run {title}").format(title=title))
        self.run.clicked.connect(lambda: self.wanted.emit(True))
        self.open = QPushButton(self.tr("Open"))
        self.open.setAccessibleName(self.tr("Open {title}").format(title=title))
        self.open.clicked.connect(lambda: self.wanted.emit(False))
        self._arrange()
        self.dress()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 3 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(self.picture)
        words = QVBoxLayout()
        words.setContentsMargins(3 * GRID, 0, 3 * GRID, 0)
        words.setSpacing(GRID)
        words.addWidget(self.title)
        words.addWidget(self.about, 1)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self.open)
        row.addWidget(self.run)
        row.addStretch(1)
        words.addLayout(row)
        column.addLayout(words, 1)

    def tell(self, about: str) -> None:
        """Say what the example is about."""
        self.about.setText(about)
        self.setAccessibleDescription(about)

    def show_picture(self, image: QImage) -> None:
        """Show a picture of it."""
        self.picture.setPixmap(QPixmap.fromImage(image))

    def dress(self) -> None:
        """Take the colours of the theme."""
        theme, colours = self._theme, self._theme.colours
        write_as(self.title, theme, semibold=True)
        write_as(self.about, theme, CAPTION, colour=colours.secondary)
        self.run.setIcon(theme.icon("run"))
        self.picture.setStyleSheet(
            f"background: {colours.canvas}; border-top-left-radius: {RADIUS_CARD}px;"
            f" border-top-right-radius: {RADIUS_CARD}px"
        )
        self.setStyleSheet(
            f"#example {{ background: {colours.raised}; border: 1px solid {colours.border};"
            f" border-radius: {RADIUS_CARD}px }}"
            f" #example:hover {{ border-color: {colours.border_strong} }}"
            f" #example:focus {{ border-color: {colours.accent} }}"
        )

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Open the example."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.pos()):
            self.wanted.emit(False)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Open the example with Return or Space."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.wanted.emit(False)
            return
        super().keyPressEvent(event)


class Gallery(QWidget):
    """The cards of all examples, in as many columns as fit; their pictures are drawn beside the window's thread."""

    wanted = pyqtSignal(str, bool)

    def __init__(self, theme: Theme, aside: Aside, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._aside = theme, aside
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4 * GRID)
        self._columns = 0
        self.cards: dict[str, ExampleCard] = {}
        for name, title in EXAMPLES_SHIPPED.items():
            self._add(name, title)
        self.setAccessibleName(self.tr("Examples"))
        theme.changed.connect(self._dress)
        self._place(2)
        self._draw(self.cards)
        aside.do(plugged_examples, self._add_plugged)

    def _add(self, name: str, title: str, origin: str = "") -> None:
        card = self.cards[name] = ExampleCard(title, self._theme, self)
        card.wanted.connect(lambda run: self.wanted.emit(name, run))
        card.setToolTip(self.tr("From the plug-in {name}").format(name=origin) if origin else "")

    def _add_plugged(self, found: Any) -> None:
        """Show the examples of plug-ins too; those that are broken are told by `treadle plugins`."""
        if isinstance(found, BaseException) or not found[0]:
            return
        for name, title, _file, origin in found[0]:
            self._add(name, title, origin)
        columns, self._columns = self._columns, 0
        self._place(columns)
        self._draw(example.name for example in found[0])

    def _dress(self) -> None:
        for card in self.cards.values():
            card.dress()
        self._draw(self.cards)

    def _draw(self, names: Iterable[str]) -> None:
        colours, ratio = self._theme.colours, self.devicePixelRatioF()

        def drawn(name: str) -> tuple[str, QImage]:
            pipeline = load(example_file(name))
            return pipeline.description, picture(pipeline, colours, PICTURE, ratio)

        for name in names:
            self._aside.do(partial(drawn, name), partial(self._drawn, name))

    def _drawn(self, name: str, result: Any) -> None:
        if isinstance(result, BaseException):
            self.cards[name].tell(str(result))
            return
        about, image = result
        self.cards[name].tell(about)
        self.cards[name].show_picture(image)

    def _place(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for number, card in enumerate(self.cards.values()):
            self._grid.addWidget(card, number // columns, number % columns)
        for column in range(len(self.cards)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Use the width there is."""
        super().resizeEvent(event)
        self._place(max(1, min(3, self.width() // (CARD.width() + 4 * GRID))))
