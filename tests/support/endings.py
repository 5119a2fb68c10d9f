"""Whether processes have ended, and an end to the runs that a test has left."""

from __future__ import annotations

import contextlib
import os
import select
import time
from typing import TYPE_CHECKING

import psutil

from treadle.core.journal.listing import list_runs
from treadle.core.places import runs_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

GONE_SECONDS = 5.0
END_SECONDS = 30.0


def is_dead(process: psutil.Process) -> bool:
    """Say whether a process has ended, be it buried or not."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def gone(process: int, seconds: float = GONE_SECONDS) -> bool:
    """Wait until a process is gone; False if it lives on. It need not be a child of ours."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, seconds))
    finally:
        os.close(descriptor)
    return bool(ready)


def survivors(processes: Iterable[psutil.Process], seconds: float = GONE_SECONDS) -> list[psutil.Process]:
    """Wait for processes to end; return those that live on. What nobody buries yet has ended, too."""
    end, living = time.monotonic() + seconds, list(processes)
    while True:
        _, living = psutil.wait_procs(living, timeout=0.05)
        living = [process for process in living if not is_dead(process)]
        if not living or time.monotonic() > end:
            return living


def all_gone(processes: Iterable[psutil.Process], seconds: float = GONE_SECONDS) -> bool:
    """Wait for processes to end and say whether all did in time."""
    return not survivors(processes, seconds)


def end_runs() -> None:
    """Kill the processes of runs that go on."""
    for run in list_runs(runs_folder()).readable:
        if run.live:
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(run.owner.pid)
                process.kill()
                process.wait(END_SECONDS)
