"""What is known of one task, as text to read, select and copy: its cause, its traceback, what its outputs look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QPlainTextEdit, QWidget

from ....core.protocol import TaskDetails
from .. import amounts
from .task_columns import item_of, scheme_of, seconds_of, word_of

if TYPE_CHECKING:
    from ....core.errors import TreadleError
    from ....core.protocol import TaskRow
    from ..theme.theme import Theme
    from .runs import Runs


READING = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
"""Text that is read and copied, also without a mouse."""


class Details(QPlainTextEdit):
    """Shows one task; its traceback comes from the runner a moment later."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row: TaskRow | None = None
        self._wanted = 0
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
        self.show()
        self._wanted += 1
        wanted = self._wanted
        self._set(self._facts(row))

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
        self.hide()

    def _told(self, row: TaskRow, answer: TaskDetails | TreadleError) -> None:
        text = self._facts(row)
        if isinstance(answer, TaskDetails):
            text += "".join(f"\n{port}: {_preview(preview)}" for port, preview in answer.previews.items())
            text += f"\n\n{answer.traceback.strip()}" if answer.traceback else ""
        self._set(text)

    def _facts(self, row: TaskRow) -> str:
        item = f" ({item_of(row)})" if row.labels else ""
        lines = [f"{row.node}{item}: {word_of(row.state)}"]
        if scheme_of(row):
            took = amounts.duration(seconds_of(row)) if row.ended else ""
            where = " · ".join(filter(None, (scheme_of(row), row.worker, row.host, took)))
            lines.append(where)
        if row.reason:
            lines.append(f"{self.tr('Why there')}: {row.reason}")
        if row.cause:
            lines.append(f"\n{row.cause}")
        return "\n".join(lines)

    def _set(self, text: str) -> None:
        if text != self.toPlainText():
            self.setPlainText(text)

    def _dress(self) -> None:
        self.setFont(self._theme.monospace())


def _preview(preview: dict[str, Any]) -> str:
    facts = [str(preview[name]) for name in ("type", "shape", "dtype") if preview.get(name)]
    text = str(preview.get("text", ""))
    return f"{' '.join(facts)} {text}".strip()
