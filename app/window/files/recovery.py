"""Notes edits that are not saved every few seconds, and finds those of a window that did not end in order."""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ....core.errors import TreadleError, UsageError
from .documents import version_of
from .edit_lines import Noted, append_edits, read_edits, write_base
from .run_notes import SUFFIX as RUN
from .run_notes import Interrupted, RunNote, read_note, write_note

if TYPE_CHECKING:
    from pathlib import Path

    from ....core.edits import Edit
    from ..document import Document
    from ..runs.runs import Runs
    from ..settings import Settings
    from .aside import Aside
    from .documents import Documents

LOCK = "lock"
SUFFIX = ".edits"
MOST_EDITS = 1_000
"""After so many, the file is begun anew."""


class _Notes:
    """What is to be noted of one document, and where."""

    def __init__(self, document: Document, path: Path) -> None:
        self.document, self.path = document, path
        self.base = document.pipeline.copy()
        self.version = version_of(document.file) if document.file else None
        self.waiting: list[Edit] = []
        self.written = 0
        self.begun = False

    def take(self, edit: Edit) -> None:
        """Take an edit that was carried out."""
        self.waiting.append(edit)

    def rebase(self) -> None:
        """Take it as it is now for what all later edits are edits of."""
        self.base = self.document.pipeline.copy()
        self.waiting, self.written, self.begun = [], 0, False


class Recovery(QObject):
    """Notes what is not saved and what runs, in a folder that is this process's own as long as it lives.

    ``failed`` tells once if nothing can be noted. ``left`` finds what other processes left that did not end in order.
    """

    failed = pyqtSignal(str)

    def __init__(
        self, documents: Documents, settings: Settings, aside: Aside, home: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._documents, self._settings, self._aside, self._home = documents, settings, aside, home
        self._folder = home / uuid.uuid4().hex
        self._lock = -1
        self._notes: dict[Document, _Notes] = {}
        self._runs: dict[Document, Path] = {}
        self._told = False
        documents.opened.connect(self._follow)
        documents.closed.connect(self._leave)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.note)
        settings.changed.connect(lambda name: self._set_pace() if name == "autosave_seconds" else None)
        self._set_pace()
        self._timer.start()

    def note(self) -> None:
        """Have written now what is not."""
        for notes in self._notes.values():
            if notes.document.modified and (notes.waiting or not notes.begun):
                self._write(notes)

    def end(self, *, keep: bool = False) -> None:
        """Forget all that was noted: the window ends in order, and the person was asked.

        With ``keep`` nobody was asked: what is not saved is offered at the next start. It must have been written.
        """
        self._timer.stop()
        kept = keep and any(notes.document.modified and notes.begun for notes in self._notes.values())
        self._notes.clear()
        if self._lock >= 0:
            if not kept:
                shutil.rmtree(self._folder, ignore_errors=True)
            os.close(self._lock)
            self._lock = -1

    def _set_pace(self) -> None:
        self._timer.setInterval(1_000 * max(1, self._settings.number("autosave_seconds")))

    # Noting

    def _follow(self, document: Document) -> None:
        notes = _Notes(document, self._folder / f"{uuid.uuid4().hex}{SUFFIX}")
        self._notes[document] = notes
        document.changed.connect(notes.take)
        document.history_changed.connect(lambda: self._saved(notes))
        if document.modified:
            self._write(notes)

    def _saved(self, notes: _Notes) -> None:
        if notes.document.modified:
            return
        had = notes.begun
        notes.rebase()
        notes.version = version_of(notes.document.file) if notes.document.file else None
        if had:
            self._aside.do(lambda: notes.path.unlink(missing_ok=True))

    def note_run(self, document: Document, runs: Runs) -> None:
        """Note that a run of a document goes on."""
        self.forget_run(document)
        record, notes = runs.record, self._notes.get(document)
        if record is None or notes is None or not self._has_folder():
            return
        path = self._runs[document] = self._folder / f"{uuid.uuid4().hex}{RUN}"
        note = RunNote(
            record.journal, document.title, str(document.file or ""), record.until, runs.scheme, notes.path.name
        )
        self._aside.do(lambda: write_note(path, note))

    def forget_run(self, document: Document) -> None:
        """Take note that the run of a document is over."""
        path = self._runs.pop(document, None)
        if path is not None:
            self._aside.do(lambda: path.unlink(missing_ok=True))

    def _leave(self, document: Document) -> None:
        self.forget_run(document)
        notes = self._notes.pop(document)
        if notes.begun:
            self._aside.do(lambda: notes.path.unlink(missing_ok=True))

    def _write(self, notes: _Notes) -> None:
        if not self._has_folder():
            return
        if notes.written > MOST_EDITS:
            notes.rebase()
        edits, begin = notes.waiting, not notes.begun
        notes.waiting, notes.begun = [], True
        notes.written += len(edits)
        base, title, version, path = notes.base, notes.document.title, notes.version, notes.path

        def work() -> None:
            if begin:
                write_base(path, base, title, version)
            append_edits(path, edits)

        self._aside.do(work, lambda result: self._written(notes, result))

    def _written(self, notes: _Notes, result: object) -> None:
        if isinstance(result, BaseException):
            # What is missing in the file would make the edits after it wrong: it is begun anew.
            notes.rebase()
            if not isinstance(result, UsageError) and not self._told:
                self._told = True
                self.failed.emit(str(result))

    def _has_folder(self) -> bool:
        if self._lock >= 0:
            return True
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = _locked(self._folder)
        except OSError as error:
            if not self._told:
                self._told = True
                self.failed.emit(f"{self._folder}: {error.strerror or error}")
        return self._lock >= 0

    # Finding

    def left(self) -> Left:
        """Find what was left; it is this process's to offer until it is let go of. It may be asked in any thread."""
        return Left(self._home, self._folder)


def _locked(folder: Path) -> int:
    """Lock a folder for this process; BlockingIOError if another one has it."""
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock


class Left:
    """What processes that did not end in order left: edits by their file, runs, and the locks on their folders."""

    def __init__(self, home: Path, own: Path) -> None:
        self.found: dict[Path, Noted] = {}
        self.interrupted: list[Interrupted] = []
        self._folders: dict[Path, int] = {}
        for folder in sorted(home.iterdir()) if home.is_dir() else ():
            if folder != own and folder.is_dir() and not folder.is_symlink():
                self._take(folder)

    def _take(self, folder: Path) -> None:
        with suppress(OSError):
            self._folders[folder] = _locked(folder)
            for path in sorted(folder.glob(f"*{SUFFIX}")):
                with suppress(TreadleError):
                    self.found[path] = read_edits(path)
            self.interrupted += filter(None, map(read_note, sorted(folder.glob(f"*{RUN}"))))

    def discard(self) -> None:
        """Remove all that was left, also what could not be read."""
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)
        self.keep()

    def keep(self) -> None:
        """Let go of it; the next start finds it again."""
        for lock in self._folders.values():
            os.close(lock)
        self._folders.clear()
        self.found.clear()
        self.interrupted.clear()
