"""The card of a scheme: whether it is enabled, what it does now, and what can be set of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QFontMetrics, QKeySequence, QPainter, QShortcut
from PyQt6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from .. import amounts
from ..labels import write_as
from ..painting import painting
from ..scheme_badges import scheme_badge
from ..scheme_choices import LAST
from ..scheme_words import scheme_word
from ..theme.tokens import CAPTION, CARD_PADDING_X, CARD_PADDING_Y, CHIP, GRID, RADIUS_CARD, STATES
from .fields import Fields
from .live import Live
from .switch import Switch

if TYPE_CHECKING:
    from PyQt6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPaintEvent, QShowEvent

    from ..theme.theme import Theme
    from .preferences import Preferences

LEAST_WIDTH = 55 * GRID
MOST_WIDTH = 110 * GRID
ERROR_LINES = 2
"""So much of an error is seen at once; it can be scrolled, and copied."""


class Card(QFrame):
    """Shows a scheme and sets it. ``help`` says in one line what it is for.

    A kind of it adds to ``fields`` and fills them in ``_refresh``, which is called whenever something else is set.
    ``grabbed``, ``dragged`` and ``dropped`` tell where on the screen the pointer is that moves it, ``let_go`` that it
    is to stay where it was; ``step_wanted`` that it is to change its place with the one before (-1) or after it (1).
    """

    grabbed = pyqtSignal(QPoint)
    dragged = pyqtSignal(QPoint)
    dropped = pyqtSignal(QPoint)
    let_go = pyqtSignal()
    step_wanted = pyqtSignal(int)

    def __init__(self, name: str, preferences: Preferences, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.preferences, self.theme = name, preferences, theme
        self.live = Live()
        self._pressed: QPoint | None = None
        self._dragging = False
        self.badge, self.title, self.state = QLabel(self), QLabel(self), QLabel(self)
        self.switch = Switch(theme, self.tr("Enabled"), self)
        self.help, self.error = QLabel(self), QPlainTextEdit(self)
        self.fields = Fields(theme, self)
        self._set_up()
        self._arrange()
        preferences.changed.connect(self.refresh)
        theme.changed.connect(self._dress)

    # What a kind of card says

    def about(self) -> str:
        """Return the line of help."""
        return self.tr("From a newer Treadle, or of a plug-in that is not here: kept as it is")

    def _refresh(self) -> None:
        """Show what is set."""

    # How it is made

    def _set_up(self) -> None:
        title, help_ = scheme_word(self.name), self.about()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(LEAST_WIDTH)
        self.setMaximumWidth(MOST_WIDTH)
        self.setAccessibleName(title)
        self.setToolTip(help_)
        self.title.setText(title)
        self.help.setText(help_)
        self.help.setWordWrap(True)
        self.error.setReadOnly(True)
        self.error.setTabChangesFocus(True)
        self.error.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        document = self.error.document()
        assert document is not None
        document.setDocumentMargin(0)
        self.error.setAccessibleName(self.tr("Last error"))
        self.switch.setVisible(self.name != LAST)
        self.switch.toggled.connect(lambda on: self.preferences.enable(self.name, on))
        for keys, step in (("Alt+Up", -1), ("Alt+Left", -1), ("Alt+Down", 1), ("Alt+Right", 1)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self.step_wanted.emit(step))

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2 * GRID)
        head.addStrut(self.switch.sizeHint().height())
        head.addWidget(self.badge)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.state)
        head.addWidget(self.switch)
        column = QVBoxLayout(self)
        column.setContentsMargins(CARD_PADDING_X, CARD_PADDING_Y - 1, CARD_PADDING_X, CARD_PADDING_Y - 1)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.help)
        column.addWidget(self.error)
        column.addWidget(self.fields)
        column.addStretch(1)
        self.error.hide()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Be right when it is seen."""
        super().showEvent(event)
        self.refresh()

    def fit(self, *, across: bool) -> None:
        """Take a width that suits cards which stand side by side, with all fields in a line, or one below the other."""
        wide = self.fields.sizeHint().width() + 2 * CARD_PADDING_X + 2
        self.setMinimumWidth(max(LEAST_WIDTH, wide) if across else LEAST_WIDTH)
        self.setMaximumWidth(MOST_WIDTH)

    # What is shown

    def refresh(self) -> None:
        """Show what is set, and what goes on."""
        choice = {one.name: one for one in self.preferences.order}.get(self.name)
        if choice is None:
            return
        blocked = self.switch.blockSignals(True)
        self.switch.setChecked(choice.enabled and choice.known)
        self.switch.blockSignals(blocked)
        self.switch.setEnabled(choice.known)
        self.fields.setEnabled(choice.known)
        self.fields.tell(choice.strange)
        self._refresh()
        self._dress()

    def show_live(self, live: Live) -> None:
        """Show what the scheme does now."""
        if live != self.live:
            self.live = live
            self._dress()

    @property
    def state_words(self) -> str:
        """What goes on, in words."""
        live = self.live
        if live.running:
            words = self.tr("{count} running").format(count=amounts.count(live.running))
        elif live.taken:
            words = self.tr("idle · {count} done").format(count=amounts.count(live.taken))
        else:
            words = self.tr("idle")
        return words + (f" · {live.rate:.{0 if live.rate >= 10 else 1}f}/s" if live.rate >= 0.05 else "")

    @property
    def shown_error(self) -> str:
        """What failed last in it."""
        return self.live.error

    @property
    def on(self) -> bool:
        """Whether runs may use it."""
        return self.name == LAST or self.switch.isChecked()

    def _dress(self) -> None:
        colours = self.theme.colours
        self.update()
        self.badge.setPixmap(scheme_badge(self.theme, self.name, self.devicePixelRatioF(), CHIP))
        write_as(self.title, self.theme, semibold=True, colour=colours.text if self.on else colours.secondary)
        going = STATES["running"].colour.on(colours) if self.live.running else colours.secondary
        self.state.setText(self.state_words if self.on else self.tr("not used"))
        write_as(self.state, self.theme, CAPTION, colour=going if self.on else colours.secondary)
        write_as(self.help, self.theme, CAPTION, colour=colours.secondary)
        self.setAccessibleDescription(f"{self.state.text()}. {self.help.text()}")
        self._show_error(self.shown_error)

    def _show_error(self, error: str) -> None:
        if error != self.error.toPlainText():
            self.error.setPlainText(error)
            self.error.setToolTip(error)
        # It takes the place of the help, so that the card keeps its height.
        self.error.setVisible(bool(error))
        self.help.setVisible(not error)
        font = self.theme.font(CAPTION)
        sheet = (
            f"QPlainTextEdit {{ color: {STATES['failed'].colour.on(self.theme.colours)};"
            f" font-size: {font.pointSizeF():.1f}pt; background: transparent; border: none; padding: 0 }}"
        )
        if self.error.styleSheet() != sheet:
            self.error.setStyleSheet(sheet)
        self.error.setFixedHeight(ERROR_LINES * QFontMetrics(font).lineSpacing() + 2)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw its ground and its edge: a style sheet would be slow to follow the keyboard from card to card."""
        colours = self.theme.colours
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            marked = self._dragging or self.hasFocus()
            painter.setPen(self.theme.colour(colours.accent if marked else colours.border))
            painter.setBrush(self.theme.colour(colours.raised))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)

    # How it is moved

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Take note of where it may be grabbed."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton and self.name != LAST:
            self._pressed = event.globalPosition().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Be dragged, once the pointer has gone some way."""
        if event is None or self._pressed is None:
            return
        place = event.globalPosition().toPoint()
        if not self._dragging and (place - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._dragging = True
            self.grabbed.emit(self._pressed)
            self.update()
        if self._dragging:
            self.dragged.emit(place)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Be dropped."""
        self._pressed = None
        if self._dragging and event is not None:
            self._stop_dragging()
            self.dropped.emit(event.globalPosition().toPoint())
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Let Escape end a drag."""
        if event is not None and event.key() == Qt.Key.Key_Escape and self._dragging:
            self._pressed = None
            self._stop_dragging()
            self.let_go.emit()
            return
        super().keyPressEvent(event)

    def _stop_dragging(self) -> None:
        self._dragging = False
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:  # noqa: N802
        """Offer what the mouse and the keys can do."""
        if event is None or self.name == LAST:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, step in ((self.tr("Earlier"), -1), (self.tr("Later"), 1)):
            action = menu.addAction(words)
            assert action is not None
            action.triggered.connect(lambda _checked, step=step: self.step_wanted.emit(step))
        menu.addSeparator()
        reset = menu.addAction(self.tr("Set back"))
        assert reset is not None
        reset.triggered.connect(lambda: self.preferences.clear(self.name))
        menu.popup(event.globalPos())
