"""Offers what was not saved, and what was running, when the window last ended, with time and picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QDateTime, QLocale, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPixmap
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from .. import amounts
from ..labels import write_as
from ..miniature import picture
from ..theme.tokens import CAPTION, GRID, RADIUS_CARD
from .sheet import Sheet

if TYPE_CHECKING:
    from pathlib import Path

    from ....core.pipeline import Pipeline
    from ..files.edit_lines import Noted
    from ..files.recovery import Left
    from ..files.run_notes import Interrupted
    from ..theme.theme import Theme

PICTURE = QSize(224, 112)
_SHOWN = 3


class RecoveryDialog(Sheet):
    """``answered`` tells ``restore``, ``resume`` (restore, and go on with the runs), ``discard``, or ``""``.

    Then it is offered again at the next start.
    """

    answered = pyqtSignal(str)

    def __init__(self, theme: Theme, left: Left, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.entitle(self.tr("Restore"))
        self._answer = ""
        self._say_what(left)
        rows = QVBoxLayout()
        rows.setSpacing(3 * GRID)
        rows.setContentsMargins(0, 0, 0, 0)
        runs = {run.edits: run for run in left.interrupted}
        for path, noted in left.found.items():
            rows.addWidget(self._row(noted.pipeline, noted.title, self._when(noted), noted.file, runs.get(path)))
        alone = [run for run in left.interrupted if run.edits not in left.found]
        for run in alone:
            rows.addWidget(self._row(run.pipeline, run.title, self._at(run.seconds), run.file, run))
        rows.addStretch(1)
        self._add_rows(rows, len(left.found) + len(alone))
        self._add_verbs(left)
        self.setMinimumWidth(560)
        self.finished.connect(lambda _code: self.answered.emit(self._answer))

    def _say_what(self, left: Left) -> None:
        if not left.interrupted:
            self.heading(self.tr("Restore what was not saved?"))
            self.text(self.tr("Treadle did not end in order. These pipelines had changes that no file has."))
            return
        self.heading(self.tr("Go on where Treadle was interrupted?"))
        said = self.tr("It did not end in order. A run that is resumed does again only what has no result.")
        self.text(f"{said} {self.tr('Changes that no file has are restored.')}" if left.found else said)

    def _add_verbs(self, left: Left) -> None:
        self.discard = self._verb(self.tr("Discard"), "discard")
        self.row.addStretch(1)
        self._verb(self.tr("Ask again later"), "")
        self.restore = self._verb(self.tr("Restore") if left.found else self.tr("Open"), "restore")
        self.resume: QPushButton | None = None
        if left.interrupted:
            verb = self.tr("Restore and resume") if left.found else self.tr("Open and resume")
            self.resume = self._verb(verb, "resume")
        first = self.resume or self.restore
        first.setDefault(True)
        first.setFocus()

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

    def _row(self, pipeline: Pipeline, name: str, when: str, file: Path | None, run: Interrupted | None) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4 * GRID)
        shown = QLabel()
        colours = self.theme.colours
        shown.setPixmap(QPixmap.fromImage(picture(pipeline, colours, PICTURE, self.devicePixelRatioF())))
        shown.setStyleSheet(f"border: 1px solid {colours.border}; border-radius: {RADIUS_CARD}px")
        shown.setAccessibleName(self.tr("Picture of {name}").format(name=name))
        layout.addWidget(shown)
        words = QVBoxLayout()
        words.setSpacing(GRID)
        words.addStretch(1)
        title = QLabel(name)
        write_as(title, self.theme, semibold=True)
        words.addWidget(title)
        texts = [when, str(file) if file else self.tr("Never saved in a file")]
        if run is not None:
            texts.append(self._how_far(run))
        for text in texts:
            label = QLabel(text)
            label.setTextFormat(Qt.TextFormat.PlainText)
            write_as(label, self.theme, CAPTION, colour=colours.secondary)
            label.setWordWrap(True)
            words.addWidget(label)
        words.addStretch(1)
        layout.addLayout(words, 1)
        return row

    def _how_far(self, run: Interrupted) -> str:
        if not run.tasks:
            return self.tr("Its run was interrupted")
        text = self.tr("Its run was interrupted: {0} of {1} tasks were done")
        return text.format(amounts.count(run.done), amounts.count(run.tasks))

    @staticmethod
    def _at(seconds: float) -> str:
        return QLocale().toString(QDateTime.fromSecsSinceEpoch(round(seconds)), QLocale.FormatType.ShortFormat)

    def _when(self, noted: Noted) -> str:
        text = self._at(noted.seconds)
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
