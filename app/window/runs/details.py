"""What is known of one task, as text to read, select and copy, with the pictures of its outputs below it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QHBoxLayout, QPlainTextEdit, QWidget

from ....core.protocol import TaskDetails
from ....core.run.candidates import bare
from .. import amounts
from ..theme.tokens import GRID
from ..thumbnails import Thumbnail, pictures_of
from .task_columns import item_of, scheme_of, seconds_of, word_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PyQt6.QtGui import QResizeEvent

    from ....core.errors import TreadleError
    from ....core.protocol import TaskRow
    from ..theme.theme import Theme
    from .runs import Runs


PICTURES, PICTURE_SIDE = 4, 120
"""So many outputs of a task are shown as pictures, so large."""

LOW = 300
"""In a panel lower than this the pictures stand beside the text."""

READING = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
"""Text that is read and copied, also without a mouse."""


class Details(QPlainTextEdit):
    """Shows one task; its traceback comes from the runner a moment later."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row: TaskRow | None = None
        self._title: Callable[[str], str] = str
        self._wanted = 0
        self.pictures: list[Thumbnail] = []
        self._strip = QWidget(self)
        self._strip.hide()
        row = QHBoxLayout(self._strip)
        row.setContentsMargins(GRID, GRID, GRID, 2 * GRID)
        row.setSpacing(2 * GRID)
        self.setReadOnly(True)
        self.setTextInteractionFlags(READING)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(self.tr("Details of the task"))
        theme.changed.connect(self._dress)
        self._dress()

    def show_task(self, runs: Runs, row: TaskRow) -> None:
        """Show a task, unless it is shown already as it stands."""
        if row == self._row:
            return
        self._row = row
        self._title = runs.record.title if runs.record is not None else str
        self.show()
        self._wanted += 1
        wanted = self._wanted
        self._set(self._facts(row))
        self._show_pictures({}, row)

        def told(answer: Any) -> None:
            # The person may have gone on to another one.
            if wanted == self._wanted:
                self._told(row, answer)

        runs.ask_task(row.task, told)

    def clear_task(self) -> None:
        """Show nothing, and leave the room to others."""
        self._row = None
        self._wanted += 1
        self.clear()
        self._show_pictures({}, None)
        self.hide()

    def _told(self, row: TaskRow, answer: TaskDetails | TreadleError) -> None:
        text = self._facts(row)
        if isinstance(answer, TaskDetails):
            text += "".join(f"\n{port}: {_preview(preview)}" for port, preview in answer.previews.items())
            text += f"\n\n{answer.traceback.strip()}" if answer.traceback else ""
            self._show_pictures(answer.previews, row)
        self._set(text)

    def _facts(self, row: TaskRow) -> str:
        item = f" ({item_of(row)})" if row.labels else ""
        lines = [f"{self._title(row.node)}{item}: {word_of(row.state)}"]
        if scheme_of(row):
            took = amounts.duration(seconds_of(row)) if row.ended else ""
            where = " · ".join(filter(None, (scheme_of(row), row.worker, row.host, took)))
            lines.append(where)
        if row.reason:
            lines.append(f"{self.tr('Why there')}: {bare(row.reason, row.scheme)}")
        if row.cause:
            lines.append(f"\n{row.cause}")
        return "\n".join(lines)

    def _show_pictures(self, previews: Mapping[str, Mapping[str, Any]], row: TaskRow | None) -> None:
        layout = self._strip.layout()
        assert isinstance(layout, QHBoxLayout)
        while (item := layout.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.pictures = [
            Thumbnail(picture, self._named(row, port), self._theme, PICTURE_SIDE, self._strip)
            for port, picture in islice(pictures_of(previews), PICTURES)
        ]
        for shown in self.pictures:
            layout.addWidget(shown, 0, Qt.AlignmentFlag.AlignTop)
        layout.addStretch(1)
        self._strip.setVisible(bool(self.pictures))
        self._place_strip()

    def _named(self, row: TaskRow | None, port: str) -> str:
        if row is None:
            return port
        return " · ".join(filter(None, (self._title(row.node), item_of(row), port)))

    def _place_strip(self) -> None:
        """Keep room below the text, or beside it where there are few lines; there only for what leaves half of it."""
        beside = self.height() < LOW
        taken = GRID
        for place, shown in enumerate(self.pictures):
            taken += shown.width() + 2 * GRID
            shown.setVisible(not beside or place == 0 or taken <= self.width() / 2)
        size = self._strip.sizeHint() if self.pictures else QSize(0, 0)
        self.setViewportMargins(0, 0, size.width() if beside else 0, 0 if beside else size.height())
        viewport = self.viewport()
        assert viewport is not None
        text = viewport.geometry()
        if beside:
            self._strip.setGeometry(text.right() + 1, text.top(), size.width(), text.height())
        else:
            self._strip.setGeometry(text.left(), text.bottom() + 1, text.width(), size.height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Keep the pictures in their place."""
        super().resizeEvent(event)
        self._place_strip()

    def _set(self, text: str) -> None:
        if text != self.toPlainText():
            self.setPlainText(text)

    def _dress(self) -> None:
        self.setFont(self._theme.monospace())


def _preview(preview: dict[str, Any]) -> str:
    shape = " × ".join(map(str, preview.get("shape", ())))
    facts = [str(fact) for fact in (preview.get("type"), shape, preview.get("dtype")) if fact]
    text = str(preview.get("text", ""))
    return f"{' '.join(facts)} {text}".strip()
