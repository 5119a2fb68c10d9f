"""Notes of the runs that go on in a window: of one that was killed they tell which runs were interrupted."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from ....core.document import decode, load, write_atomically
from ....core.errors import TreadleError
from .documents import version_of

if TYPE_CHECKING:
    from ....core.journal.summaries import RunSummary
    from ....core.pipeline import Pipeline
    from .documents import Version

SUFFIX = ".run"
END_SECONDS = 6.0
"""A runner that has lost its window ends its runs in this time; one that goes on then was told to."""

_INTERRUPTED = frozenset({"interrupted", "cancelled"})
_DONE = ("succeeded", "cached")


class RunNote(msgspec.Struct, frozen=True):
    """A run that goes on: where its journal is, of which document, how it was asked for.

    ``edits`` is the name of the file in which the edits of the document are noted, if there are any.
    """

    journal: str
    title: str
    file: str
    until: tuple[str, ...]
    scheme: str
    edits: str = ""


class Interrupted(NamedTuple):
    """A run that was interrupted with its window: ``done`` of its ``tasks`` have results; ``pipeline`` is its own.

    ``edits`` is the file of the edits of its document, None if it had none.
    """

    pipeline: Pipeline
    title: str
    file: Path | None
    version: Version | None
    until: tuple[str, ...]
    scheme: str
    done: int
    tasks: int
    seconds: float
    edits: Path | None = None


def write_note(path: Path, note: RunNote) -> None:
    """Write a note; OSError if the disk refuses it."""
    write_atomically(path, msgspec.json.encode(note), mode=0o600)


def read_note(path: Path, seconds: float = END_SECONDS) -> Interrupted | None:
    """Return the run of a note if it was interrupted; None if it ended, goes on, or nothing is known of it any more.

    One that goes on is waited for so long, as its runner may just be ending it.
    """
    with suppress(TreadleError, OSError, msgspec.MsgspecError, ValueError):
        note = msgspec.json.decode(path.read_bytes(), type=RunNote)
        summary, text = _ended(Path(note.journal), seconds)
        if summary.state in _INTERRUPTED:
            return _interrupted(path, note, summary, text)
    return None


def _ended(journal: Path, seconds: float) -> tuple[RunSummary, str]:
    """Return how a run stands once its runner has ended, which is when all that it finished is kept."""
    import psutil

    from ....core.journal.reader import RunReader

    with RunReader(journal) as reader:
        owner = reader.summary().owner
        if owner.here and owner.pid != os.getpid() and owner.lives(0.0):
            with suppress(psutil.Error):
                psutil.Process(owner.pid).wait(seconds)
        return reader.summary(), reader.pipeline()


def _interrupted(path: Path, note: RunNote, summary: RunSummary, text: str) -> Interrupted:
    file = Path(note.file) if note.file and os.path.exists(note.file) else None  # noqa: PTH110 - any text
    pipeline = load(file) if file is not None else decode(text.encode(), where=note.journal)
    done = sum(summary.counts.get(state, 0) for state in _DONE)
    edits = path.parent / note.edits if note.edits else None
    return Interrupted(
        pipeline, note.title, file, version_of(file) if file is not None else None, note.until, note.scheme,
        done, summary.tasks, summary.started + summary.seconds, edits if edits is not None and edits.exists() else None,
    )  # fmt: skip
