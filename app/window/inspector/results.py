"""What the newest run left of a node: a look at its outputs, and the lines it wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from ..theme.tokens import CAPTION, GRID
from ..thumbnails import Thumbnail, pictures_of
from .editors.reading import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..theme.theme import Theme
    from ..thumbnails import Picture
    from .sources import OutputPreview

MOST_PREVIEWS = 24
LOG_LINES = 12
MOST_LINES = 5_000


class Previews(QWidget):
    """For each output its type, shape and range, a picture if it has one, and the beginning of it as text."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[OutputPreview, ...] | None = None
        self._texts: list[QLabel] = []
        self.pictures: list[Thumbnail] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GRID + 2)
        theme.changed.connect(self._dress)

    def show_previews(self, previews: Sequence[OutputPreview]) -> None:
        """Show these; of many only the first."""
        shown = tuple(previews[:MOST_PREVIEWS])
        if shown == self._shown:
            return
        self._shown = shown
        while (item := self._layout.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._texts, self.pictures = [], []
        if not shown:
            self._add(self.tr("Run to see what comes out."), faint=True)
        for preview in shown:
            title = f"{preview.port} · {preview.item}" if preview.item else preview.port
            self._add(f"{title}: {self._facts(preview.facts)}")
            for _, picture in pictures_of({preview.port: preview.facts}):
                self._add_picture(picture, title)
            if text := str(preview.facts.get("text", "")):
                self._add(text, code=True)
        if len(previews) > MOST_PREVIEWS:
            self._add(self.tr("and {number} more").format(number=len(previews) - MOST_PREVIEWS), faint=True)
        self._dress()

    @property
    def texts(self) -> list[str]:
        """What is shown, line by line."""
        return [label.text() for label in self._texts]

    def _facts(self, facts: Mapping[str, Any]) -> str:
        kind = str(facts.get("type", "?"))
        words = [{"numpy.ndarray": self.tr("array"), "pathlib.PosixPath": self.tr("file")}.get(kind, kind)]
        if "shape" in facts:
            words.append(" × ".join(map(str, facts["shape"])) or self.tr("one number"))
        if "dtype" in facts:
            words.append(str(facts["dtype"]))
        if "length" in facts:
            words.append(self.tr("{number} items").format(number=facts["length"]))
        if "range" in facts:
            low, high = facts["range"]
            words.append(f"{text_of(float(f'{low:.4g}'))} … {text_of(float(f'{high:.4g}'))}")
        return ", ".join(words)

    def _add(self, text: str, *, faint: bool = False, code: bool = False) -> None:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setEnabled(not faint)
        label.setProperty("code", code)
        self._texts.append(label)
        self._layout.addWidget(label)

    def _add_picture(self, picture: Picture, title: str) -> None:
        shown = Thumbnail(picture, title, self._theme, parent=self)
        self.pictures.append(shown)
        self._layout.addWidget(shown)

    def _dress(self) -> None:
        for label in self._texts:
            if label.property("code"):
                label.setFont(self._theme.monospace(CAPTION))
                label.setStyleSheet(
                    f"background: {self._theme.colours.canvas}; padding: {GRID}px; border-radius: {GRID}px"
                )


class NodeLog(QWidget):
    """The newest lines of a node; it stays at the end while it is read there."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[str, ...] = ()
        self.text, self.empty = QPlainTextEdit(self), QLabel(self.tr("Run to see what it writes."), self)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setMaximumBlockCount(MOST_LINES)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName(self.tr("Log"))
        self.empty.setEnabled(False)
        self.empty.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.text)
        layout.addWidget(self.empty)
        theme.changed.connect(self._dress)
        self._dress()
        self.show_lines(())

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show these lines; only what is new is added."""
        new = tuple(lines[-MOST_LINES:])
        if new[: len(self._shown)] == self._shown and self._shown:
            added = new[len(self._shown) :]
            if added:
                self.text.appendPlainText("\n".join(added))
        else:
            self.text.setPlainText("\n".join(new))
        self._shown = new
        self.text.setVisible(bool(new))
        self.empty.setVisible(not new)
        rows = max(3, min(LOG_LINES, len(new)))
        self.text.setFixedHeight(rows * self.text.fontMetrics().lineSpacing() + 4 * GRID)

    def _dress(self) -> None:
        self.text.setFont(self._theme.monospace(CAPTION))
