"""All journals of a folder: lists them, finds one by a part of its id, removes old ones and what dead runs left."""

from __future__ import annotations

import contextlib
import glob
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError, suggestion
from .control import SUFFIX as SOCKET
from .control import remove_if_dead, remove_socket
from .reader import RunReader
from .tables import SUFFIX, DamagedJournalError, EmptyJournalError, JournalError, remove_files, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .summaries import RunSummary

LAST = "last"
DAY_SECONDS = 86_400.0
SETTLED_SECONDS = 60.0
"""A run writes more often than this, so that a journal which is older is of none that goes on."""

LOG_SUFFIX = ".log"
"""Of the file beside the journal to which a detached run writes."""


@dataclass(frozen=True)
class Unreadable:
    """A journal that cannot be read, and why; ``damaged`` if nobody ever will."""

    path: Path
    why: str
    damaged: bool = False

    @property
    def id(self) -> str:
        """The id of its run, as far as the name of the file tells."""
        return self.path.name.removesuffix(SUFFIX)


@dataclass(frozen=True)
class Runs:
    """The journals of a folder, the newest run first, and those that cannot be read."""

    readable: tuple[RunSummary, ...]
    broken: tuple[Unreadable, ...]


def list_runs(folder: Path) -> Runs:
    """Return all journals of a folder; sockets that dead runs left are removed."""
    readable: list[RunSummary] = []
    broken: list[Unreadable] = []
    for path in _journals(folder):
        try:
            readable.append(_summary(path))
        except EmptyJournalError as error:
            if _is_settled(path):
                broken.append(Unreadable(path, error.message, damaged=True))
        except JournalError as error:
            broken.append(Unreadable(path, error.message, damaged=isinstance(error, DamagedJournalError)))
        except (ValueError, TypeError, LookupError) as error:
            broken.append(Unreadable(path, unreadable(path, error).message, damaged=True))
    _remove_dead_sockets(folder, readable)
    readable.sort(key=lambda run: (run.started, run.id), reverse=True)
    return Runs(tuple(readable), tuple(broken))


def find_run(folder: Path, text: str) -> Path:
    """Return the journal of the run whose id is ``text`` or alone begins so; ``last`` is the newest.

    UsageError, with what was probably meant, if there is none or if there are several.
    """
    known = {path.name.removesuffix(SUFFIX): path for path in _journals(folder)}
    if text in known:
        return known[text]
    if text == LAST:
        return _newest(folder)
    found = [run for run in known if text and run.startswith(text)]
    if len(found) == 1:
        return known[found[0]]
    if found:
        shown = ", ".join(sorted(found, reverse=True)[:8])
        raise UsageError(f"{len(found)} runs begin with {text!r}", remedy=f"Give more of one of: {shown}")
    raise UsageError(f"there is no run {text!r}", remedy=suggestion(text, known) or "None was kept so far")


def _newest(folder: Path) -> Path:
    runs = list_runs(folder).readable
    if not runs:
        raise UsageError("there is no last run: none was kept so far", where=str(folder))
    return runs[0].path


def old_runs(runs: Runs, keep: int, days: float | None, now: float | None = None) -> list[RunSummary]:
    """Return which runs may go: all but the ``keep`` newest, of them those that are ``days`` old; never a live one."""
    limit = (time.time() if now is None else now) - (days or 0.0) * DAY_SECONDS
    return [run for run in runs.readable[keep:] if not run.live and run.started <= limit]


def damaged_runs(runs: Runs) -> list[Unreadable]:
    """Return which journals may go because they are damaged; one that was written to of late may be of a live run."""
    return [one for one in runs.broken if one.damaged and _is_settled(one.path)]


def _is_settled(path: Path) -> bool:
    """Say whether nothing has been written to a journal for a minute."""
    with contextlib.suppress(OSError):
        files = [path, *path.parent.glob(f"{glob.escape(path.name)}-*")]
        return max(file.stat().st_mtime for file in files) < time.time() - SETTLED_SECONDS
    return False


def remove_run(run: RunSummary | Unreadable) -> int:
    """Remove a run's journal, its output if it was detached, and its socket if the journal can tell of one.

    Return how many bytes that were; OSError if the disk refuses.
    """
    if not isinstance(run, Unreadable) and run.socket and run.owner.here:
        remove_socket(Path(run.socket))
    # The journal goes last: as long as it is there, the run is listed and can be removed again.
    return _removed(run.path.with_suffix(LOG_SUFFIX)) + remove_files(run.path)


def _removed(file: Path) -> int:
    with contextlib.suppress(FileNotFoundError):
        freed = file.lstat().st_size
        file.unlink()
        return freed
    return 0


def _remove_dead_sockets(folder: Path, runs: Iterable[RunSummary]) -> None:
    for run in runs:
        if run.socket and not run.live and run.owner.here:
            remove_if_dead(Path(run.socket))
    # Those too of runs that could not be kept.
    for path in folder.glob(f"*{SOCKET}"):
        remove_if_dead(path)


def _journals(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIX) and _is_journal(path))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_journal(path: Path) -> bool:
    """Say whether a file may hold a journal: one that is empty may be only being made."""
    with contextlib.suppress(OSError):
        status = path.lstat()
        return stat.S_ISREG(status.st_mode) and (status.st_size > 0 or _is_settled(path))
    return False


def _summary(path: Path) -> RunSummary:
    with RunReader(path) as reader:
        return reader.summary()
