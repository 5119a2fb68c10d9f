"""Shows a fault of Treadle itself, with the text that a report needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from ..theme.tokens import CAPTION
from .sheet import Sheet

if TYPE_CHECKING:
    from ..theme.theme import Theme


class CrashDialog(Sheet):
    """Says that something went wrong inside Treadle, that work goes on, and what to send. Nothing is lost by it."""

    def __init__(self, theme: Theme, report: str, log: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.entitle(self.tr("Treadle has a fault"))
        self.heading(self.tr("Something went wrong inside Treadle"))
        self.text(
            self.tr("Your pipelines are still open, and their edits are noted. Save them, then go on or start again. "
                    "Please report this with the text below.")
        )  # fmt: skip
        self.report = QPlainTextEdit(report)
        self.report.setReadOnly(True)
        self.report.setFont(theme.monospace(CAPTION))
        self.report.setAccessibleName(self.tr("Report"))
        self.report.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.body.addWidget(self.report, 1)
        self.text(self.tr("It is also in the log: {path}").format(path=log))
        copy = self.button(self.tr("Copy report"))
        copy.clicked.connect(self._copy)
        self.closing_button(self.tr("Go on"))
        self.resize(640, 440)

    def add(self, report: str) -> None:
        """Add what happened after that."""
        self.report.appendPlainText("\n" + report)

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        assert clipboard is not None
        clipboard.setText(self.report.toPlainText())
