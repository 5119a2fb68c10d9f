"""`treadle cluster logs`: shows, and follows, what a controller and engines wrote."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING

from ...core.errors import UsageError
from ...schemes.ipython.logs import folders_of, last_lines, log_files
from .cluster_choice import meant
from .text import harmless, styled

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from ...schemes.ipython.addresses import Address
    from ...schemes.ipython.logs import LogFile

_LOOK_SECONDS = 0.2
_READ = 1 << 16


def logs_command(options: Namespace) -> int:
    """Show the last lines of each log; with --follow go on until Ctrl-C."""
    address = meant(options, gone=True)
    logs = _chosen(address, options.engine)
    with contextlib.suppress(KeyboardInterrupt):
        # What is written from now on is left to the following: no line is shown twice, none is lost.
        sizes = {log.path: _size(log.path) for log in logs}
        for log in logs:
            _show(log, last_lines(log.path, options.lines, sizes[log.path]))
        if options.follow:
            _follow(logs, sizes)
    return 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _chosen(address: Address, engine: int | None) -> list[LogFile]:
    folders = folders_of(address)
    found = [log for folder in folders for log in log_files(folder)]
    if engine is None:
        return found
    chosen = [log for log in found if log.engine == engine]
    if not chosen:
        known = sorted(log.engine for log in found if log.engine is not None)
        raise UsageError(f"there is no log of engine {engine}; there are some of: {known}", where=str(folders[0]))
    return chosen


def _show(log: LogFile, lines: list[str]) -> None:
    if lines:
        sys.stdout.write(styled(f"{log.title}  {log.path}", "bold") + "\n")
        for line in lines:
            sys.stdout.write(f"    {harmless(line)}\n")


def _follow(logs: list[LogFile], places: dict[Path, int]) -> None:
    while True:
        for log in logs:
            with contextlib.suppress(OSError), log.path.open("rb") as file:
                file.seek(places[log.path])
                told = file.read(_READ)
                places[log.path] = file.tell()
                _show(log, told.decode(errors="replace").splitlines())
        sys.stdout.flush()
        time.sleep(_LOOK_SECONDS)
