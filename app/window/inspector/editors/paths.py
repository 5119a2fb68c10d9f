"""Edits the path of a file or folder, written, dropped or chosen in a dialog."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtWidgets import QFileDialog, QLineEdit, QWidget

from .lines import LineEditor
from .reading import UNSET

if TYPE_CHECKING:
    from PyQt6.QtGui import QDragEnterEvent, QDropEvent

    from .....core.modules import Module, Port
    from ...theme.theme import Theme

Purpose = Literal["open", "save", "folder"]

_FOLDERS = re.compile(r"(^|_)(folder|directory|dir|root)(_|$)")
_PATHS = re.compile(r"(^|_)(path|pathname|file|filename|folder|directory|root_dir)$")
_SAVES = re.compile(r"(^|_)(save|output|target|destination|to)(_|$)")


def is_path(port: Port, kinds: frozenset[str]) -> bool:
    """Say whether a port takes a path: by its type, or as text that is named so."""
    return "pathlib.Path" in kinds or (kinds == {"str"} and bool(_PATHS.search(port.name)))


def purpose_of(port: Port, module: Module | None) -> Purpose:
    """Guess what the path is for: a folder, a file to be written, one to be read."""
    if _FOLDERS.search(port.name):
        return "folder"
    if _SAVES.search(port.name) or (module is not None and module.writes_files):
        return "save"
    return "open"


class _Line(QLineEdit):
    """A line that takes files dropped on it."""

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:  # noqa: N802
        data = event.mimeData() if event is not None else None
        if event is not None and data is not None and data.hasUrls():
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent | None) -> None:  # noqa: N802
        data = event.mimeData() if event is not None else None
        files = [url.toLocalFile() for url in data.urls()] if data is not None else []
        if event is not None and files and files[0]:
            self.setText(files[0])
            self.textEdited.emit(files[0])
            event.acceptProposedAction()
        else:
            super().dropEvent(event)


class PathEditor(LineEditor):
    """A line and a button that opens a dialog. A path below ``base`` is kept relative to it, so that both can move."""

    def __init__(
        self, port: Port, theme: Theme, purpose: Purpose, base: Path | None, parent: QWidget | None = None
    ) -> None:  # fmt: skip
        words = {
            "folder": QCoreApplication.translate("PathEditor", "Choose a folder"),
            "file": QCoreApplication.translate("PathEditor", "Choose a file"),
        }
        super().__init__(port, _Line(), words["folder" if purpose == "folder" else "file"], parent)
        self._purpose, self._base, self._theme = purpose, base, theme
        self._dialog: QFileDialog | None = None
        theme.changed.connect(self._dress)
        self._dress()
        self.show_value(UNSET)

    def ask(self) -> None:
        """Open a dialog for files or folders."""
        dialog = QFileDialog(self, self.button.toolTip())
        if self._purpose == "folder":
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        elif self._purpose == "save":
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        start = self._start()
        if start is not None:
            dialog.setDirectory(str(start))
        dialog.fileSelected.connect(self.take)
        dialog.finished.connect(dialog.deleteLater)
        self._dialog = dialog
        dialog.open()

    def take(self, path: str) -> None:
        """Take the path that was chosen."""
        chosen = Path(path)
        if self._base is not None and chosen.is_relative_to(self._base):
            chosen = chosen.relative_to(self._base)
        self.line.setText(str(chosen))
        self._tell()
        self.left.emit()

    def _start(self) -> Path | None:
        written = Path(self.line.text() or ".")
        place = written if written.is_absolute() else (self._base or Path.cwd()) / written
        return place if self._purpose == "folder" else place.parent

    def _tell(self) -> None:
        self.edited.emit(self.line.text() or UNSET)

    def _shown(self) -> None:
        self.line.setToolTip(self.line.text())

    def _dress(self) -> None:
        self.button.setIcon(self._theme.icon("folder"))
