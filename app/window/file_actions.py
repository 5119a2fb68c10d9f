"""What the File menu does: the dialogs between the person and the documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget

from ...core.as_python import as_python
from ...core.document import write_atomically
from ..examples import example_file, is_example
from .dialogs import messages
from .files.documents import is_read_only

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .document import Document
    from .files.aside import Aside
    from .files.documents import Documents
    from .shared import Shared

SUFFIX = ".treadle"


class FileActions(QObject):
    """Opens, saves and closes documents, asking where it has to. No dialog ever stops the program.

    ``may_ask`` says whether something may be asked that the person did not begin; ``ask_waiting`` is for when it does.
    """

    def __init__(self, documents: Documents, shared: Shared, aside: Aside, window: QWidget) -> None:
        super().__init__(window)
        self._documents, self._aside, self._catalogue = documents, aside, shared.catalogue
        self._settings, self._theme = shared.settings, shared.theme
        self._window = window
        self._asked: set[Document] = set()
        self._to_ask: list[Document] = []
        self.may_ask: Callable[[], bool] = lambda: True
        documents.failed.connect(self._tell_unopened)
        documents.changed_on_disk.connect(self._ask_reload)

    # Opening

    def new(self) -> None:
        """Begin an empty pipeline."""
        self._documents.new()

    def open(self, path: Path) -> None:
        """Open a file; an example is opened as a new pipeline."""
        if is_example(path):
            self._documents.open_copy(path)
        else:
            self._documents.open(path)

    def open_all(self, names: Sequence[str]) -> None:
        """Open files."""
        for name in names:
            self.open(Path(name))

    def open_example(self, name: str, then: Callable[[Document], object] = lambda _document: None) -> None:
        """Open an example as a new pipeline."""
        self._documents.open_copy(example_file(name), then)

    def ask_open(self) -> None:
        """Let the person choose files."""
        dialog = self._dialog(self.tr("Open pipelines"), QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self.open_all)
        dialog.open()

    # Saving

    def save(self, document: Document, then: Callable[[], object] = lambda: None) -> None:
        """Write a document to its file, asking where to if it has none or that one cannot be written over."""
        if document.file is None or is_read_only(document.file):
            self.save_as(document, then)
        elif self._documents.is_newer_on_disk(document):
            question = messages.overwrite_changed(self._theme, document.title, self._window)
            question.ask(lambda answer: self._overwrite(answer, document, then))
        else:
            self._write(document, None, then)

    def save_as(self, document: Document, then: Callable[[], object] = lambda: None) -> None:
        """Write a document to a file that the person chooses."""
        dialog = self._dialog(self.tr("Save the pipeline as"), QFileDialog.FileMode.AnyFile)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(str(document.file or f"{_slug(document.title)}{SUFFIX}"))
        dialog.fileSelected.connect(lambda name: self._write(document, Path(name), then))
        dialog.open()

    def _overwrite(self, answer: str, document: Document, then: Callable[[], object]) -> None:
        if answer == "save":
            self._write(document, None, then)
        elif answer == "save-as":
            self.save_as(document, then)

    def _write(self, document: Document, path: Path | None, then: Callable[[], object]) -> None:
        def done(error: BaseException | None) -> None:
            if error is not None:
                what = self.tr("“{title}” could not be saved").format(title=document.title)
                messages.trouble(self._theme, what, error, self._window).open()
                return
            if document.file is not None:
                self._settings.remember_file(document.file)
            then()

        self._documents.save(document, path, done)

    def export_python(self, document: Document) -> None:
        """Write a script that makes the same pipeline to a file that the person chooses."""
        dialog = self._dialog(self.tr("Export as Python script"), QFileDialog.FileMode.AnyFile, "py")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(f"{_slug(document.title)}.py")
        pipeline, installed = document.pipeline.copy(), dict(self._catalogue.modules)

        def told(result: object) -> None:
            if isinstance(result, BaseException):
                what = self.tr("The script could not be written")
                messages.trouble(self._theme, what, result, self._window).open()

        dialog.fileSelected.connect(
            lambda name: self._aside.do(
                lambda: write_atomically(Path(name), as_python(pipeline, installed).encode()), told
            )
        )
        dialog.open()

    # Closing

    def close(self, documents: Sequence[Document], then: Callable[[], object]) -> None:
        """Do ``then`` once nothing of these documents would be lost without the person having said so."""
        modified = [document for document in documents if document.modified]
        if not modified:
            then()
            return
        question = messages.unsaved(self._theme, [document.title for document in modified], self._window)
        question.ask(lambda answer: self._close(answer, modified, then))

    def _close(self, answer: str, modified: list[Document], then: Callable[[], object]) -> None:
        if answer == "discard":
            then()
        elif answer == "save":
            self._save_all(modified, then)

    def _save_all(self, waiting: list[Document], then: Callable[[], object]) -> None:
        if not waiting:
            then()
            return
        first, *rest = waiting
        self.save(first, lambda: self._save_all(rest, then))

    # What other programs do

    def revert(self, document: Document) -> None:
        """Read the file of a document again; Undo has back what was there."""

        def done(error: BaseException | None) -> None:
            if error is not None:
                what = self.tr("“{title}” could not be read").format(title=document.title)
                messages.trouble(self._theme, what, error, self._window).open()

        self._documents.reload(document, done)

    def _ask_reload(self, document: Document) -> None:
        if document in self._asked:
            return
        self._asked.add(document)
        self._to_ask.append(document)
        self.ask_waiting()

    def ask_waiting(self) -> None:
        """Ask about a file that was changed: not over another dialog, nor as long as ``may_ask`` says no."""
        other = QApplication.activeModalWidget()
        if isinstance(other, QDialog):
            # Whoever gets its answer may ask for something else first.
            other.finished.connect(lambda _code: QTimer.singleShot(0, self.ask_waiting))
            return
        self._asked &= set(self._documents.all)
        self._to_ask = [document for document in self._to_ask if document in self._asked]
        if self._to_ask and self.may_ask():
            document = self._to_ask.pop(0)
            question = messages.changed_on_disk(
                self._theme, document.title, self._window, modified=document.modified
            )  # fmt: skip
            question.ask(lambda answer: self._reload(answer, document))
            self.ask_waiting()

    def _reload(self, answer: str, document: Document) -> None:
        self._asked.discard(document)
        if document not in self._documents.all:
            return
        if answer == "reload":
            self.revert(document)
        else:
            self._documents.keep_shown(document)

    def _tell_unopened(self, path: Path, error: BaseException) -> None:
        what = self.tr("“{title}” could not be opened").format(title=path.name)
        messages.trouble(self._theme, what, error, self._window).open()

    def _dialog(self, title: str, mode: QFileDialog.FileMode, suffix: str = SUFFIX[1:]) -> QFileDialog:
        kind = self.tr("Pipelines") if suffix == SUFFIX[1:] else self.tr("Python scripts")
        dialog = QFileDialog(self._window, title, self._folder(), f"{kind} (*.{suffix})")
        dialog.setFileMode(mode)
        dialog.setDefaultSuffix(suffix)
        return dialog

    def _folder(self) -> str:
        recent = self._settings.recent()
        return str(Path(recent[0]).parent) if recent else str(Path.home())


def _slug(title: str) -> str:
    kept = "".join(c if c.isalnum() else "_" for c in title.removesuffix(SUFFIX)).strip("_")
    return kept or "pipeline"
