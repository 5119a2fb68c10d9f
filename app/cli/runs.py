"""`treadle runs`: lists the runs that were kept, and hands on to what shows, follows, compares and removes them."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.errors import UsageError
from ...core.journal.control import ask
from ...core.journal.listing import Unreadable, damaged_runs, find_run, list_runs, old_runs, remove_run
from ...core.journal.reader import RunReader
from ...core.places import runs_folder
from .runs_text import counts_text, facts_document, state_text, when
from .text import cells, columns, counted, duration, escaped_json, line_width, one_line, size, styled

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Sequence

    from ...core.journal.summaries import RunSummary

KEEP = 100


def runs_command(options: Namespace) -> int:
    """Do what was asked with the runs that were kept."""
    return _command(options.ask)(options)


def _command(name: str) -> Callable[[Namespace], int]:
    match name:
        case "show":
            from .runs_show import show_command as command
        case "follow":
            from .runs_follow import follow_command as command
        case "compare":
            from .runs_compare import compare_command as command
        case "report":
            command = _report
        case "gc":
            command = _gc
        case "cancel":
            command = _cancel
        case _:
            command = _list
    return command


def _list(options: Namespace) -> int:
    found = list_runs(runs_folder())
    if options.json:
        document = [facts_document(run) for run in found.readable]
        sys.stdout.write(escaped_json(document, allow_nan=False) + "\n")
        return 0
    for run, line in zip(found.readable, _lines(found.readable, line_width()), strict=True):
        # Its place is known: a word of the same letters may be in the id.
        name, rest = line[: len(one_line(run.id))], line[len(one_line(run.id)) :]
        sys.stdout.write(f"{name}{rest.replace(run.state, state_text(run.state), 1)}\n")
    for broken in found.broken:
        mark = styled("✗", "red")
        sys.stdout.write(f"{mark} {one_line(broken.id)} cannot be read: {one_line(broken.why)}\n")
    if not found.readable and not found.broken:
        sys.stdout.write("No run was kept so far. A run is kept when it is run: treadle run FILE\n")
    return 0


def _lines(runs: Sequence[RunSummary], width: int | None) -> list[str]:
    """Return a line for each run; what does not fit is left out, first when it began, which its id tells too."""
    lines = columns([_row(run) for run in runs], right={2})
    if width is None or max(map(cells, lines), default=0) <= width:
        return lines
    rows = [row[:3] + row[4:] for row in map(_row, runs)]
    return columns(rows, right={2}, width=width, shrink=3, keep_end=False)


def _row(run: RunSummary) -> tuple[str, ...]:
    counts = counts_text(run.counts)
    return (one_line(run.id), run.state, duration(run.seconds), when(run.started), counts, one_line(run.name))


def _report(options: Namespace) -> int:
    from ..report.page import write_report

    path = find_run(runs_folder(), options.run)
    written = Path(options.output or f"{path.stem}.html")
    with contextlib.suppress(OSError):
        # That nothing can be written there, the report tells.
        written.parent.mkdir(parents=True, exist_ok=True)
    with RunReader(path) as reader:
        write_report(reader, written)
    sys.stdout.write(f"Written to {one_line(str(written))}\n")
    return 0


def _gc(options: Namespace) -> int:
    keep = options.keep if options.keep is not None else 0 if options.older_than is not None else KEEP
    found = list_runs(runs_folder())
    old = old_runs(found, keep, options.older_than)
    going: list[RunSummary | Unreadable] = [*old, *damaged_runs(found)]
    freed = 0
    for run in going:
        freed += _size(run.path) if options.dry_run else _removed(run)
        why = ", which is damaged" if isinstance(run, Unreadable) else ""
        sys.stdout.write(f"{'Would remove' if options.dry_run else 'Removed'} {one_line(run.id)}{why}\n")
    left = len(found.readable) - len(old)
    verb = "would be free" if options.dry_run else "freed"
    sys.stdout.write(f"{counted(len(going), 'run')}, {size(freed)} {verb}; {left} left\n")
    return 0


def _size(path: Path) -> int:
    return path.stat().st_size


def _removed(run: RunSummary | Unreadable) -> int:
    try:
        return remove_run(run)
    except OSError as error:
        raise UsageError(f"it cannot be removed: {error.strerror}", where=str(run.path)) from None


def _cancel(options: Namespace) -> int:
    with RunReader(find_run(runs_folder(), options.run)) as reader:
        run = reader.summary()
    if not run.live:
        raise UsageError(f"it is over: {run.state}", where=run.id)
    if not run.owner.here:
        raise UsageError(f"it goes on at {run.owner.host}", where=run.id, remedy="Give the same command there")
    if not run.socket:
        raise UsageError(
            f"it cannot be asked: it belongs to process {run.owner.pid}, which does not listen",
            where=run.id,
            remedy=f"End it there, or with: kill -INT {run.owner.pid}",
        )
    ask(run.socket, "cancel")
    sys.stdout.write(f"Asked {one_line(run.id)} to end. To see it end: treadle runs follow {one_line(run.id)}\n")
    return 0
