"""Offers what was not saved when the window last ended, with time and picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QDateTime, QLocale, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPixmap
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ..labels import write_as
from ..miniature import picture
from ..theme.tokens import CAPTION, GRID, RADIUS_CARD
from .sheet import Sheet

if TYPE_CHECKING:
    from ..files.edit_lines import Noted
    from ..files.recovery import Left
    from ..theme.theme import Theme

PICTURE = QSize(224, 112)
_SHOWN = 3


class RecoveryDialog(Sheet):
    """``answered`` tells ``restore``, ``discard`` or ``""``: then it is offered again at the next start."""

    answered = pyqtSignal(str)

    def __init__(self, theme: Theme, left: Left, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.entitle(self.tr("Restore"))
        self._answer = ""
        self.heading(self.tr("Restore what was not saved?"))
        self.text(self.tr("Treadle did not end in order. These pipelines had changes that no file has."))
        rows = QVBoxLayout()
        rows.setSpacing(3 * GRID)
        rows.setContentsMargins(0, 0, 0, 0)
        for noted in left.found.values():
            rows.addWidget(self._row(noted))
        rows.addStretch(1)
        self._add_rows(rows, len(left.found))
        self.discard = self._verb(self.tr("Discard"), "discard")
        self.row.addStretch(1)
        self._verb(self.tr("Ask again later"), "")
        self.restore = self._verb(self.tr("Restore"), "restore")
        self.restore.setDefault(True)
        self.restore.setFocus()
        self.setMinimumWidth(560)
        self.finished.connect(lambda _code: self.answered.emit(self._answer))

    def _add_rows(self, rows: QVBoxLayout, count: int) -> None:
        holder = QWidget()
        holder.setLayout(rows)
        if count <= _SHOWN:
            self.body.addWidget(holder)
            return
        area = QScrollArea()
        area.setWidget(holder)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setMinimumHeight(_SHOWN * (PICTURE.height() + 3 * GRID))
        self.body.addWidget(area, 1)

    def _row(self, noted: Noted) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4 * GRID)
        shown = QLabel()
        colours = self.theme.colours
        shown.setPixmap(QPixmap.fromImage(picture(noted.pipeline, colours, PICTURE, self.devicePixelRatioF())))
        shown.setStyleSheet(f"border: 1px solid {colours.border}; border-radius: {RADIUS_CARD}px")
        shown.setAccessibleName(self.tr("Picture of %1").replace("%1", noted.title))
        layout.addWidget(shown)
        words = QVBoxLayout()
        words.setSpacing(GRID)
        words.addStretch(1)
        title = QLabel(noted.title)
        write_as(title, self.theme, semibold=True)
        words.addWidget(title)
        for text in (self._when(noted), str(noted.file) if noted.file else self.tr("Never saved in a file")):
            label = QLabel(text)
            label.setTextFormat(Qt.TextFormat.PlainText)
            write_as(label, self.theme, CAPTION, colour=colours.secondary)
            label.setWordWrap(True)
            words.addWidget(label)
        words.addStretch(1)
        layout.addLayout(words, 1)
        return row

    def _when(self, noted: Noted) -> str:
        when = QDateTime.fromSecsSinceEpoch(round(noted.seconds))
        text = QLocale().toString(when, QLocale.FormatType.ShortFormat)
        edits = self.tr("%n edit(s) not saved", "", noted.edits)
        if "(s)" in edits:
            edits = edits.replace("(s)", "" if noted.edits == 1 else "s")
        return f"{text} · {edits}"

    def _verb(self, verb: str, answer: str) -> QPushButton:
        button = self.button(verb)
        button.clicked.connect(lambda: self._choose(answer))
        return button

    def _choose(self, answer: str) -> None:
        self._answer = answer
        self.done(1 if answer else 0)
