"""Processes that not even SIGKILL ends while a test wants it so: they are held in a frozen control group."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUPS = Path("/sys/fs/cgroup/freezer")
SECONDS = 10.0


@contextlib.contextmanager
def frozen(*pids: int) -> Iterator[None]:
    """Have the system hold processes until the block is left; skip the test where that cannot be done."""
    group = GROUPS / f"treadle-test-{os.getpid()}-{time.monotonic_ns()}"
    try:
        group.mkdir()
    except OSError:
        pytest.skip(f"survivors are NOT tested: making a control group needs root and {GROUPS}")
    try:
        for pid in pids:
            (group / "cgroup.procs").write_text(str(pid))
        _become(group, "FROZEN")
        yield
    finally:
        _become(group, "THAWED")
        for left in (group / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                (GROUPS / "cgroup.procs").write_text(left)
        end = time.monotonic() + SECONDS
        while True:
            try:
                group.rmdir()
            except OSError:
                assert time.monotonic() < end, f"{group} is still in use"
                time.sleep(0.02)
            else:
                break


def _become(group: Path, state: str) -> None:
    (group / "freezer.state").write_text(state)
    end = time.monotonic() + SECONDS
    while (group / "freezer.state").read_text().strip() != state:
        assert time.monotonic() < end, f"{group} did not become {state}"
        time.sleep(0.02)
