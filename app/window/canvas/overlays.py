"""What lies over the canvas: breadcrumbs, the small map, the hint on empty ground, editors, and words in passing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, Qt, QTimer
from PyQt6.QtWidgets import QFrame, QLabel, QListWidget, QListWidgetItem, QMenu, QToolTip, QVBoxLayout, QWidget

from ..theme.tokens import ROW_TABLE
from .breadcrumbs import Breadcrumbs
from .hint import EmptyHint
from .measures import FRAME_TITLE, HEADER
from .minimap import MiniMap
from .note_painting import note_box
from .typing_over import CommentEditor, TitleEditor

if TYPE_CHECKING:
    from collections.abc import Callable

    from .choosing import TargetChoice
    from .picked import NoteId
    from .view import CanvasView

EDGE = 12
SAID_MS = 6_000
MOST_LISTED = 9
LIST_WIDTH = 380


class Overlays:
    """The widgets over one canvas, and where they are."""

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas
        self.breadcrumbs = Breadcrumbs(canvas)
        self.map = MiniMap(canvas)
        self.hint = EmptyHint(canvas)
        self._list: _ChoiceList | None = None
        self._editor: QWidget | None = None
        canvas.where_changed.connect(self._where_changed)
        # Edits come in rows, and the map of many nodes takes a moment.
        self._map_timer = QTimer(canvas)
        self._map_timer.setSingleShot(True)
        self._map_timer.setInterval(100)
        self._map_timer.timeout.connect(self.map.redraw)

    def place(self) -> None:
        """Put them to their edges."""
        canvas = self.canvas
        self.breadcrumbs.move(EDGE, EDGE)
        self.map.move(canvas.width() - self.map.width() - EDGE, canvas.height() - self.map.height() - EDGE)
        self.hint.move((canvas.width() - self.hint.width()) // 2, (canvas.height() - self.hint.height()) // 2)
        if self._list is not None:
            self._list.move(EDGE, canvas.height() - self._list.height() - EDGE)

    def follow(self) -> None:
        """What is seen has changed."""
        self.close_editor()
        self.map.follow()

    def document_changed(self) -> None:
        """What there is has changed."""
        body = self.canvas.board.body_shown
        self.hint.setVisible(not (body.nodes or body.frames or body.comments))
        self.breadcrumbs.show_where()
        self._map_timer.start()
        self.place()

    def _where_changed(self) -> None:
        """Another body is shown: what the map has of the one before would lead astray."""
        self.document_changed()
        self.map.redraw()

    def states_changed(self) -> None:
        """How the nodes do has changed."""
        if self.map.isVisible():
            self._map_timer.start()

    def bounds(self) -> tuple[float, float, float, float] | None:
        """Return the rectangle that holds all cards and notes."""
        board = self.canvas.board
        boxes = [note_box(frame) for frame in board.body_shown.frames.values()]
        boxes += [note_box(comment) for comment in board.body_shown.comments.values()]
        cards = board.bounds
        if not boxes:
            return cards
        whole = boxes[0]
        for box in boxes[1:]:
            whole = whole.united(box)
        if cards is not None:
            left, top = min(whole.left(), cards[0]), min(whole.top(), cards[1])
            right, bottom = max(whole.right(), cards[0] + cards[2]), max(whole.bottom(), cards[1] + cards[3])
            return left, top, right - left, bottom - top
        return whole.x(), whole.y(), whole.width(), whole.height()

    # In passing

    def say(self, text: str) -> None:
        """Show a line at the pointer for a while."""
        at = self.canvas.cursor().pos() + QPoint(12, 12)
        QToolTip.showText(at, text, self.canvas, self.canvas.rect(), SAID_MS)

    def choose(self, choices: list[str], then: Callable[[str], None]) -> None:
        """Let the person choose one of several names at the pointer."""
        if len(choices) == 1:
            then(choices[0])
            return
        menu = QMenu(self.canvas)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in choices:
            action = menu.addAction(name)
            if action is not None:
                action.triggered.connect(lambda _=False, chosen=name: then(chosen))
        menu.popup(self.canvas.cursor().pos())

    def list_choice(self, choice: TargetChoice | None) -> None:
        """Show the connections to choose from, or no more."""
        if self._list is not None:
            self._list.deleteLater()
            self._list = None
        if choice is not None:
            self._list = _ChoiceList(self.canvas, choice)
            self.place()
            self._list.show()

    # Typing

    def name_node(self, node_id: str) -> None:
        """Let the person type a title over a card."""
        canvas = self.canvas
        card = canvas.board.cards[node_id]
        box = canvas.card_box(node_id)
        box.setHeight(HEADER)
        self._open(TitleEditor(canvas, box, card.title, lambda text: canvas.do.set_title(node_id, text)))

    def name_note(self, note_id: NoteId) -> None:
        """Let the person type the title of a frame or the text of a comment."""
        canvas, (section, key) = self.canvas, note_id
        note = getattr(canvas.board.body_shown, section)[key]
        box = note_box(note)

        def done(text: str) -> None:
            canvas.do.set_text(section, key, text)

        if section == "frames":
            box.setHeight(FRAME_TITLE + 8)
            self._open(TitleEditor(canvas, box, note.title, done))
        else:
            self._open(CommentEditor(canvas, box, note.text, done))

    def _open(self, editor: QWidget) -> None:
        self.close_editor()
        self._editor = editor
        editor.show()
        editor.setFocus()

    def close_editor(self) -> None:
        """Take what was typed so far."""
        editor, self._editor = self._editor, None
        if isinstance(editor, TitleEditor | CommentEditor):
            editor.finish()


class _ChoiceList(QFrame):
    """The list of connections that can be made; the keys go to the canvas."""

    def __init__(self, canvas: CanvasView, choice: TargetChoice) -> None:
        super().__init__(canvas)
        self.setAutoFillBackground(True)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(2)
        label = QLabel(self.tr("Connect: choose with the arrows, Enter connects, Escape gives up"), self)
        label.setWordWrap(True)
        layout.addWidget(label)
        rows = QListWidget(self)
        rows.setAccessibleName(self.tr("Ports that fit"))
        rows.addItems([choice.words(offer) for offer in choice.offers])
        rows.setCurrentRow(choice.at)
        rows.setFocusPolicy(canvas.focusPolicy().NoFocus)
        rows.itemClicked.connect(lambda item: self._clicked(canvas, choice, rows, item))
        rows.setFixedHeight(ROW_TABLE * min(len(choice.offers), MOST_LISTED) + 8)
        layout.addWidget(rows)
        self.setFixedWidth(min(LIST_WIDTH, canvas.width() - 2 * EDGE))
        self.adjustSize()

    @staticmethod
    def _clicked(canvas: CanvasView, choice: TargetChoice, rows: QListWidget, item: QListWidgetItem) -> None:
        choice.at = rows.row(item)
        canvas.keys.accept_choice()
