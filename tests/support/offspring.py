"""What this process has started, but for the cluster that tests share: it lives as long as they do."""

from __future__ import annotations

import psutil

SHARED = "TEST_CLUSTER"
"""The variable in the environment of all processes of a cluster that tests have made for themselves."""


def offspring(*, recursive: bool = True) -> list[psutil.Process]:
    """Return the children of this process, and theirs, without those of shared clusters."""
    return [process for process in psutil.Process().children(recursive=recursive) if not _is_shared(process)]


def _is_shared(process: psutil.Process) -> bool:
    try:
        return SHARED in process.environ()
    except psutil.Error:
        return False
