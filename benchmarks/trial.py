"""One peer in one scenario, once: in a process of its own, with a deadline, and nothing left behind."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from . import kin, scenarios
from .scenarios.scenario import Figure

HERE = Path(__file__).parent


class Trial(NamedTuple):
    """The figures that were told, and what then went wrong, if anything did."""

    figures: list[Figure]
    trouble: str = ""
    absent: bool = False
    limit: bool = False


class Options(NamedTuple):
    """What is the same for all trials of a run."""

    workers: int = 2
    quick: bool = False
    deadline: float = 0.0
    """Seconds that a peer may take, instead of what the scenario says."""


def attempt(scenario: str, peer: str, options: Options) -> Trial:
    """Measure a peer in a scenario; whatever it does, this returns in time."""
    with tempfile.TemporaryDirectory(prefix="treadle-bench-", ignore_cleanup_errors=True) as folder:
        readable, writable = os.pipe()
        try:
            process = _start(scenario, peer, options, Path(folder), writable)
            os.close(writable)
            deadline = options.deadline or scenarios.load(scenario).DEADLINE
            lines, why = _listen(process, readable, time.monotonic() + deadline)
        finally:
            os.close(readable)
            kin.end_descendants()
    return _trial(lines, why)


def _start(scenario: str, peer: str, options: Options, folder: Path, answers: int) -> subprocess.Popen[bytes]:
    # What Treadle and the others keep for their user shall not be found again, nor be left behind.
    homes = {name: str(folder / name) for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "IPYTHONDIR")}
    (folder / "peer").mkdir()
    setting = {
        "scenario": scenario,
        "peer": peer,
        "workers": options.workers,
        "quick": options.quick,
        "folder": str(folder / "peer"),
        "answers": answers,
        "born": time.monotonic(),
    }
    # Some look for their programs where the shell does.
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    # Installed programs come compiled; what is measured from a checkout shall not be compiled at each start.
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    path = os.pathsep.join(filter(None, [str(_only_benchmarks(folder)), os.environ.get("PYTHONPATH", "")]))
    with (folder / "output").open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.measuring", json.dumps(setting)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(answers,),
            cwd=folder,
            env={**environment, **homes, "PATH": programs, "PYTHONPATH": path},
            start_new_session=True,
        )


def _only_benchmarks(folder: Path) -> Path:
    """Return a folder for Python's path that holds this package alone: in its own stand folders of common names."""
    path = folder / "path"
    path.mkdir()
    (path / HERE.name).symlink_to(HERE)
    return path


def _listen(process: subprocess.Popen[bytes], answers: int, deadline: float) -> tuple[list[dict[str, Any]], str]:
    """Return what the process told, and why it told no more; an end of file tells nothing: workers inherit the pipe."""
    told = b""
    pidfd = os.pidfd_open(process.pid)
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(answers, selectors.EVENT_READ)
            selector.register(pidfd, selectors.EVENT_READ)
            while True:
                left = deadline - time.monotonic()
                ready = [key.fd for key, _ in selector.select(left)] if left > 0 else []
                if not ready:
                    return _decoded(told), "hangs"
                if answers in ready:
                    more = os.read(answers, 1 << 16)
                    if not more:
                        # Nobody holds the other end any more: the process is about to end.
                        selector.unregister(answers)
                    told += more
                elif pidfd in ready:
                    return _decoded(told), f"ends with code {process.wait()}"
                lines = _decoded(told)
                if lines and lines[-1].keys() & {"done", "broken", "absent"}:
                    return lines, ""
    finally:
        os.close(pidfd)
        process.kill()
        process.wait()


def _decoded(told: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.split(b"\n")[:-1]]


def _trial(lines: list[dict[str, Any]], why: str) -> Trial:
    last = lines[-1] if lines else {}
    return Trial(
        [Figure(**line) for line in lines if "value" in line],
        why or last.get("broken", "") or last.get("absent", ""),
        "absent" in last,
        any(line.get("limit", False) for line in lines),
    )
