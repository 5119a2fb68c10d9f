"""An open pipeline: what the canvas, the outline and the inspector show, edit and undo together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from ...core.document import encode, save
from ...core.edits import Edit, Steps, apply
from ...core.pipeline import Pipeline
from ...core.protocol import Document as Snapshot
from ...core.trust import TrustStore

if TYPE_CHECKING:
    from pathlib import Path

    from ...core.pipeline import Body, Where

MOST_UNDONE = 1_000
"""How many steps can be undone; the oldest are forgotten."""


class _Step:
    """One step of the history: what undoes or redoes it, what a menu calls it, and what it may be merged with."""

    __slots__ = ("edit", "label", "merge")

    def __init__(self, edit: Edit, label: str, merge: str) -> None:
        self.edit, self.label, self.merge = edit, label, merge


_NOWHERE = _Step(Steps(()), "", "")
"""Stands for what was saved when no undo leads there any more."""


class Document(QObject):
    """A pipeline with its history and its file. All changes go through ``edit``; views listen and never write.

    ``changed`` tells the edit that was carried out (by editing, undo or redo alike): views update what it names.
    ``changes`` counts them, so that what was worked out can be known to hold still.
    ``history_changed`` tells that what can be undone, or whether it is saved, may be different.
    """

    changed = pyqtSignal(object)
    history_changed = pyqtSignal()
    file_changed = pyqtSignal()

    def __init__(self, pipeline: Pipeline | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pipeline = pipeline or Pipeline("")
        self.changes = 0
        self._undo: list[_Step] = []
        self._redo: list[_Step] = []
        self._saved: _Step | None = None

    @property
    def file(self) -> Path | None:
        """The file it was read from or last saved to."""
        return self.pipeline.file

    @property
    def title(self) -> str:
        """What a tab calls it: its file's name, else its title, else that it is new."""
        if self.file is not None:
            return self.file.name
        return self.pipeline.title or self.tr("Untitled")

    @property
    def modified(self) -> bool:
        """Whether there is anything that the file does not have."""
        return (self._undo[-1] if self._undo else None) is not self._saved

    def body(self, where: Where = ()) -> Body:
        """Return one of its bodies; UsageError if there is no such group."""
        return self.pipeline.body(where)

    # Editing

    def edit(self, edit: Edit, label: str, merge: str = "") -> None:
        """Carry out an edit as one step of the history; UsageError, with nothing changed, if it cannot be.

        Steps with the same ``merge``, one right after the other, are undone together: the letters of a word.
        """
        inverse = apply(self.pipeline, edit)
        last = self._undo[-1] if self._undo else None
        if merge and last is not None and last.merge == merge and last is not self._saved:
            last.edit = Steps((inverse, last.edit), last.label)
        else:
            self._undo.append(_Step(inverse, label, merge))
            self._forget_oldest()
        self._redo.clear()
        self._tell(edit)

    def _forget_oldest(self) -> None:
        forgotten = self._undo[:-MOST_UNDONE]
        if not forgotten:
            return
        del self._undo[:-MOST_UNDONE]
        if forgotten[-1] is self._saved:
            # What was saved is where the history begins now.
            self._saved = None
        elif self._saved is None or self._saved in forgotten:
            self._saved = _NOWHERE

    def end_merging(self) -> None:
        """Let the next edit be a step of its own: the gesture or the typing is over."""
        if self._undo:
            self._undo[-1].merge = ""

    def undo(self) -> None:
        """Take back the last step, if there is one."""
        self._turn_back(self._undo, self._redo)

    def redo(self) -> None:
        """Carry out again what was taken back last, if there is anything."""
        self._turn_back(self._redo, self._undo)

    def _turn_back(self, from_: list[_Step], to: list[_Step]) -> None:
        if not from_:
            return
        step = from_.pop()
        done = step.edit
        step.edit = apply(self.pipeline, done)
        step.merge = ""
        to.append(step)
        self._tell(done)

    @property
    def undo_label(self) -> str:
        """What would be taken back; empty if there is nothing."""
        return self._undo[-1].label if self._undo else ""

    @property
    def redo_label(self) -> str:
        """What would be carried out again; empty if there is nothing."""
        return self._redo[-1].label if self._redo else ""

    def _tell(self, edit: Edit) -> None:
        self.changes += 1
        self.changed.emit(edit)
        self.history_changed.emit()

    # Its file

    def save(self, path: Path | None = None) -> Path:
        """Write it to its file, or to ``path``, which is its file from then on; it is trusted on this machine.

        UsageError if it cannot be written; the old file is then untouched.
        """
        target = path or self.file
        assert target is not None, "a document without a file is saved under a name"
        written = save(self.pipeline, target)
        TrustStore().trust(self.pipeline)
        self.saved(self.mark(), target.resolve())
        return written

    def mark(self) -> object:
        """Return what stands for it as it is now, to be given to ``saved`` when the file has it."""
        self.end_merging()
        return self._undo[-1] if self._undo else None

    def saved(self, mark: object, file: Path) -> None:
        """Take it that this file has what was there at ``mark``."""
        assert mark is None or isinstance(mark, _Step)
        known = mark is None or mark in self._undo or mark in self._redo
        self._saved = mark if known else _NOWHERE
        self.pipeline.file = file
        self.file_changed.emit()
        self.history_changed.emit()

    def differ(self) -> None:
        """Take it that no file has what is shown."""
        self._saved = _NOWHERE
        self.history_changed.emit()

    def snapshot(self) -> Snapshot:
        """Return it as the runner gets it; UsageError names a parameter that cannot be written."""
        return Snapshot(text=encode(self.pipeline).decode(), file=str(self.file or ""))
