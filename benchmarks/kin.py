"""Owns every process that a peer starts, also those that it lets go."""

from __future__ import annotations

import ctypes

import psutil

_PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 5.0


def adopt() -> None:
    """From now on, what descends from this process stays its descendant when the process between them ends."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_descendants() -> int:
    """Kill all that descends from this process; return how many there were."""
    ended = 0
    # One that is about to start another may do so meanwhile: look again until nobody is left.
    while found := psutil.Process().children(recursive=True):
        for process in found:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        _, alive = psutil.wait_procs(found, PATIENCE)
        ended += len(found)
        if alive:
            raise RuntimeError(f"processes that do not end: {alive}")
    return ended
