"""The open pipelines and their files: opening, saving, and hearing when another program changes one."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QFileSystemWatcher, QObject, QTimer, pyqtSignal

from ....core.document import load, save
from ....core.errors import TreadleError, UsageError
from ....core.pipeline import Pipeline
from ....core.trust import TrustStore
from ..document import Document
from .replacing import replacing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .aside import Aside

    Done = Callable[[TreadleError | None], object]
    Read = Callable[[Path], Pipeline]

SETTLE_MS = 300
"""A program that writes a file in pieces is given this time to finish."""

Version = tuple[int, int, int]


class Documents(QObject):
    """All that is open. Files are read and written beside the window's thread; whoever asked is told when it is done.

    ``read`` reads what is to be shown, ``read_again`` what is to take the place of what is shown.
    ``opened`` and ``closed`` tell of documents, ``failed`` of a file that cannot be opened, ``changed_on_disk`` of
    one that another program wrote.
    """

    opened = pyqtSignal(object)
    shown_again = pyqtSignal(object)
    closed = pyqtSignal(object)
    failed = pyqtSignal(object, object)
    changed_on_disk = pyqtSignal(object)

    def __init__(self, aside: Aside, parent: QObject | None = None, read: Read = load, read_again: Read = load) -> None:
        super().__init__(parent)
        self._aside, self._read, self._read_again = aside, read, read_again
        self.all: list[Document] = []
        self._versions: dict[Document, Version | None] = {}
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(lambda _path: self._settle.start())
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._look)

    # Opening

    def new(self, pipeline: Pipeline | None = None) -> Document:
        """Open a pipeline that has no file yet."""
        return self._add(Document(pipeline or Pipeline(""), self))

    def open(self, path: Path) -> None:
        """Open a file, or show it again if it is open."""
        path = path.expanduser().absolute()
        found = self.of(path)
        if found is not None:
            self.shown_again.emit(found)
            return
        self._aside.do(lambda: (self._read(path), version_of(path)), lambda result: self._take(path, result))

    def open_copy(self, path: Path, then: Callable[[Document], object] = lambda _document: None) -> None:
        """Open what a file holds as a new pipeline: an example is never written over."""

        def take(result: Any) -> None:
            if isinstance(result, BaseException):
                self.failed.emit(path, result)
            else:
                result.file = None
                then(self.new(result))

        self._aside.do(lambda: self._read(path), take)

    def recover(self, pipeline: Pipeline, version: Version | None) -> Document:
        """Open what was not saved when another window ended: it has changes, and perhaps a file, of that version."""
        document = Document(pipeline, self)
        document.differ()
        if version is not None:
            self._versions[document] = version
        return self._add(document)

    def adopt(self, pipeline: Pipeline, version: Version | None) -> Document:
        """Open a pipeline as it was read in that version of its file, or without one; if it is open, that stays."""
        found = self.of(pipeline.file) if pipeline.file is not None else None
        if found is not None:
            return found
        document = Document(pipeline, self)
        self._versions[document] = version
        return self._add(document)

    def of(self, path: Path) -> Document | None:
        """Return the open document of a file."""
        wanted = os.path.realpath(path)
        return next((d for d in self.all if d.file is not None and os.path.realpath(d.file) == wanted), None)

    def _take(self, path: Path, result: Any) -> None:
        if isinstance(result, BaseException):
            self.failed.emit(path, result)
            return
        found = self.of(path)
        if found is not None:
            self.shown_again.emit(found)
            return
        self.adopt(*result)

    def _add(self, document: Document) -> Document:
        self.all.append(document)
        self._watch(document)
        self.opened.emit(document)
        return document

    def close(self, document: Document) -> None:
        """Let go of a document; what was not saved is lost."""
        self.all.remove(document)
        self._versions.pop(document, None)
        if document.file is not None and str(document.file) in self._watcher.files():
            self._watcher.removePath(str(document.file))
        self.closed.emit(document)
        document.deleteLater()

    # Saving

    def save(self, document: Document, path: Path | None, done: Done) -> None:
        """Write a document to its file or another; ``done`` gets the error, with the old file untouched, or None."""
        target = path or document.file
        if target is None:
            done(UsageError("it has no file yet", remedy="Save it under a name"))
            return
        pipeline, mark = document.pipeline.copy(), document.mark()
        self._versions.pop(document, None)

        def take(result: Any) -> None:
            if isinstance(result, BaseException):
                self._versions[document] = version_of(document.file) if document.file else None
                done(result if isinstance(result, TreadleError) else UsageError(f"it cannot be saved: {result}"))
                return
            self._versions[document] = result
            document.saved(mark, target.resolve())
            self._watch(document)
            done(None)

        self._aside.do(lambda: _written(pipeline, target), take)

    def is_newer_on_disk(self, document: Document) -> bool:
        """Say whether another program wrote the file since it was read or saved here."""
        known = self._versions.get(document)
        return known is not None and document.file is not None and version_of(document.file) not in {known, None}

    # Changes by others

    def reload(self, document: Document, done: Done) -> None:
        """Read the file again, as one step that can be undone."""
        path = document.file
        if path is None:
            done(UsageError("it has no file yet"))
            return

        def take(result: Any) -> None:
            if isinstance(result, BaseException):
                done(result if isinstance(result, TreadleError) else UsageError(f"it cannot be read: {result}"))
                return
            pipeline, version = result
            document.edit(replacing(document.pipeline, pipeline, self.tr("reload")), self.tr("Reload"))
            self._versions[document] = version
            document.saved(document.mark(), path)
            done(None)

        self._aside.do(lambda: (self._read_again(path), version_of(path)), take)

    def keep_shown(self, document: Document) -> None:
        """Take what is shown for the newest: the change by another program is not told again."""
        if document.file is not None:
            self._versions[document] = version_of(document.file)
        document.differ()
        self._watch(document)

    def _look(self) -> None:
        for document in list(self.all):
            self._watch(document)
            if self.is_newer_on_disk(document):
                self.changed_on_disk.emit(document)

    def _watch(self, document: Document) -> None:
        """A file that was replaced has to be watched anew."""
        if document.file is not None and str(document.file) not in self._watcher.files():
            self._watcher.addPath(str(document.file))


def _written(pipeline: Pipeline, target: Path) -> Version | None:
    save(pipeline, target)
    # Without a place to keep the key it is saved all the same; running it will then ask.
    with suppress(UsageError):
        TrustStore().trust(pipeline)
    return version_of(target)


def version_of(path: Path) -> Version | None:
    """Return what tells one version of a file from the next; None if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def is_read_only(path: Path) -> bool:
    """Say whether a file cannot be written over: saving puts a new one in its place, so its folder counts too."""
    return path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
