"""Shows what the controller and the engines of a cluster wrote, also when they do not run any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt, QTimer, QUrl
from PyQt6.QtGui import QDesktopServices, QTextCursor
from PyQt6.QtWidgets import QCheckBox, QLabel, QListWidget, QListWidgetItem, QPlainTextEdit, QSplitter, QWidget

from .....core import protocol as p
from ...runs.details import READING
from ...theme.style import FRAMED
from ...theme.tokens import CAPTION, GRID, ROW_TABLE
from .sheet import BARE_HANDLE, PADDED, ClusterSheet

if TYPE_CHECKING:
    from typing import Any

    from ...theme.theme import Theme
    from ..clusters import Clusters

SIZE = (820, 460)
FOLLOW_MS = 2_000
LINES = 1_000


class LogsDialog(ClusterSheet):
    """A list of files, and the end of the one that is chosen, which is read again every two seconds if wanted."""

    def __init__(self, clusters: Clusters, theme: Theme, file: str = "", parent: QWidget | None = None) -> None:
        super().__init__(clusters, theme, parent)
        self.about_one = clusters.current
        self._wanted = file
        self._files: dict[str, p.LogText] = {}
        self._folder = ""
        self._reading = False
        self.entitle(self.tr("Logs of cluster {name}").format(name=self.about_one))
        self.list = QListWidget(self)
        self.text_ = QPlainTextEdit(self)
        self.body.addWidget(self._split(), 1)
        self.note = self.quiet(QLabel(self))
        self.note.setTextInteractionFlags(READING)
        self.body.addWidget(self.note)
        self.follow = QCheckBox(self.tr("Follow"), self)
        self.follow.setChecked(True)
        self.row.addWidget(self.follow)
        self.again = self.button(self.tr("Read again"))
        self.again.clicked.connect(self.read)
        self.folder = self.button(self.tr("Open folder"))
        self.folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder)))
        self.closing_button(default=False)
        self.list.setFocus()
        self.resize(*SIZE)
        self._timer = QTimer(self)
        self._timer.setInterval(FOLLOW_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        self.list.currentItemChanged.connect(lambda _now, _before: self._show())
        theme.changed.connect(self._write)
        self._write()
        self.read()

    def _split(self) -> QSplitter:
        self.list.setObjectName(FRAMED)
        self.list.setStyleSheet(PADDED)
        self.list.setAccessibleName(self.tr("Logs"))
        self.text_.setReadOnly(True)
        self.text_.setTextInteractionFlags(READING)
        self.text_.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text_.setAccessibleName(self.tr("The end of the log"))
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.list)
        split.addWidget(self.text_)
        split.setStretchFactor(1, 1)
        split.setHandleWidth(2 * GRID)
        split.setChildrenCollapsible(False)
        split.setStyleSheet(BARE_HANDLE)
        split.setSizes([SIZE[0] // 5, 4 * SIZE[0] // 5])
        return split

    def read(self) -> None:
        """Read the ends of all logs again."""
        if not self._reading:
            self._reading = True
            operation = self.clusters.logs(self.about_one, lines=LINES)
            operation.finished.connect(self._read)
            if not operation.going:
                self._read(operation.answer)

    def _tick(self) -> None:
        if self.follow.isChecked() and self.isVisible() and self._files:
            self.read()

    def _read(self, answer: Any) -> None:
        self._reading = False
        if not isinstance(answer, p.Logs):
            self.strip.fail(self.tr("The logs could not be read"), answer)
            return
        self.strip.clear()
        self._folder = answer.folder
        self._files = {file.path: file for file in answer.files}
        self.folder.setEnabled(bool(answer.folder))
        self._fill()
        self._show()

    def _fill(self) -> None:
        if [self._path(at) for at in range(self.list.count())] == list(self._files):
            return
        chosen = self._wanted or self.chosen
        self._wanted = ""
        self.list.clear()
        for file in self._files.values():
            item = QListWidgetItem(file.of[:1].upper() + file.of[1:], self.list)
            item.setData(Qt.ItemDataRole.UserRole, file.path)
            item.setToolTip(file.path)
            item.setSizeHint(QSize(0, ROW_TABLE))
            if file.path == chosen:
                self.list.setCurrentItem(item)
        if self.list.currentItem() is None:
            self.list.setCurrentRow(0)

    def _path(self, at: int) -> str:
        item = self.list.item(at)
        return "" if item is None else str(item.data(Qt.ItemDataRole.UserRole))

    @property
    def chosen(self) -> str:
        """The path of the file that is shown; empty if there is none."""
        item = self.list.currentItem()
        return "" if item is None else str(item.data(Qt.ItemDataRole.UserRole))

    def _show(self) -> None:
        file = self._files.get(self.chosen)
        if file is None:
            self.text_.clear()
            self.note.setText(self.tr("Nothing was written yet: logs appear here once a cluster was started."))
            return
        self.note.setText(file.path)
        text = "\n".join(file.lines)
        if text == self.text_.toPlainText():
            return
        bar = self.text_.verticalScrollBar()
        assert bar is not None
        at, at_end = bar.value(), bar.value() >= bar.maximum()
        self.text_.setPlainText(text)
        if at_end:
            self.text_.moveCursor(QTextCursor.MoveOperation.End)
            self.text_.moveCursor(QTextCursor.MoveOperation.StartOfLine)
        else:
            bar.setValue(at)

    def _write(self) -> None:
        self.text_.setFont(self.theme.monospace(CAPTION))
