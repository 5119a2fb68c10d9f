"""Asks once, before code runs that came with a file: which nodes would run it, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ....core.errors import UsageError
from ....core.pipeline import split_endpoint
from ....core.validation.problems import visible
from ..theme.tokens import GRID, HEADING, ROW_TABLE
from .details import READING

if TYPE_CHECKING:
    from ....core.pipeline import Pipeline
    from ....core.protocol import CodePlace, TrustState
    from ..theme.theme import Theme

_SIZE = (720, 460)


class TrustPrompt(QDialog):
    """Accepted: trust and run. It does not block what else is open; Cancel is what Enter and Escape do."""

    def __init__(self, state: TrustState, pipeline: Pipeline, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._pipeline = state, pipeline
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("Code in this pipeline"))
        self.resize(*_SIZE)
        question = QLabel(self.tr("Run the code that this pipeline holds?"), self)
        question.setFont(theme.font(HEADING, semibold=True))
        text = (
            self.tr(
                "It was not made or trusted here. It can do whatever you can do here: read, change and delete files, "
                "and use the network. Look at it first."
            )
            if len(state.code) == 1
            else self.tr(
                "It was not made or trusted here. These {number} places can do whatever you can do here: "
                "read, change and delete files, and use the network. Look at them first."
            )
        )
        consequence = QLabel(text.format(number=len(state.code)), self)
        consequence.setWordWrap(True)
        consequence.setStyleSheet(f"color: {theme.colours.secondary}")
        self.places = QListWidget(self)
        self.places.setAccessibleName(self.tr("Places that run code"))
        for one in state.code:
            item = QListWidgetItem(visible(one.place), self.places)
            item.setSizeHint(QSize(0, ROW_TABLE))
        self.source = QPlainTextEdit(self)
        self.source.setReadOnly(True)
        self.source.setTextInteractionFlags(READING)
        self.source.setFont(theme.monospace())
        self.source.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.source.setAccessibleName(self.tr("What would run"))
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.places)
        split.addWidget(self.source)
        split.setStretchFactor(1, 1)
        split.setHandleWidth(2 * GRID)
        split.setSizes([_SIZE[0] // 3, 2 * _SIZE[0] // 3])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4 * GRID, 4 * GRID, 4 * GRID, 4 * GRID)
        layout.setSpacing(2 * GRID)
        for widget in (question, consequence):
            layout.addWidget(widget)
        layout.addWidget(split, 1)
        layout.addWidget(self._buttons())
        self.places.currentRowChanged.connect(self._show)
        self.places.setCurrentRow(0)

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        self.trust = QPushButton(self.tr("Trust and run"), self)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        buttons.addButton(self.trust, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.cancel, QDialogButtonBox.ButtonRole.RejectRole)
        self.trust.setAutoDefault(False)
        self.cancel.setDefault(True)
        self.cancel.setFocus()
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _show(self, row: int) -> None:
        if 0 <= row < len(self._state.code):
            one = self._state.code[row]
            self.source.setPlainText(f"{visible(one.what)}\n\n{code_of(self._pipeline, one)}".strip())


def code_of(pipeline: Pipeline, place: CodePlace) -> str:
    """Return the code or the parameters of a place, each line with its control characters written out."""
    name, _, port = place.place.rpartition("/")[2].partition(".")
    where = place.place.rpartition("/")[0]
    try:
        body = pipeline.body(tuple(filter(None, where.split("/"))))
    except UsageError:
        return ""
    if port:
        connection = body.connections.get(f"{name}.{port}")
        module = None if connection is None else pipeline.modules.get(connection.apply)
        return _clear(module.source) if module is not None else ""
    node = body.nodes.get(split_endpoint(name)[0])
    if node is None:
        return ""
    module = pipeline.modules.get(node.module)
    settings = "\n".join(f"{key} = {value!r}" for key, value in node.params.items())
    return _clear("\n\n".join(filter(None, (module.source if module is not None else "", settings))))


def _clear(text: str) -> str:
    return "\n".join(visible(line.expandtabs(4)) for line in text.split("\n"))
