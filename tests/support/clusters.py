"""A real cluster on loopback, with two engines that cannot import Treadle, shared by all tests of a session."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from treadle.schemes.ipython.connecting import Address, connect, connection_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 30.0
ENGINES = 2
_BARE = """
import os, signal, sys, threading, time

sys.path[:] = [entry for entry in sys.path if "__editable__.treadle" not in entry]


def end_with_the_tests():
    while os.path.exists(f"/proc/{os.environ['TEST_PROCESS']}"):
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


if {"ipyparallel.controller", "ipyparallel.engine"} & set(sys.orig_argv):
    threading.Thread(target=end_with_the_tests, daemon=True).start()
"""
"""What Python executes first there: without Treadle, and not for longer than the tests, should those be killed."""

_CONTROLLER = ("--nodb", "--HeartMonitor.period=500", "--IPController.broadcast_scheduler_depth=0")
_LOOPBACK = ("--ip=127.0.0.1", "--IPController.enable_curve=True")


def wait_until(told: object, seconds: float = SECONDS) -> None:
    """Wait until a function returns something true."""
    end = time.monotonic() + seconds
    while not told():  # type: ignore[operator]
        assert time.monotonic() < end, f"not so within {seconds} s"
        time.sleep(0.02)


def bare_environment(folder: Path) -> dict[str, str]:
    """Return an environment in which Python, and all that it starts, cannot import Treadle."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(_BARE)
    return {
        "PYTHONPATH": str(folder),
        "IPYTHONDIR": str(folder / "ipython"),
        "COVERAGE_PROCESS_START": "",
        "TEST_PROCESS": str(os.getpid()),
    }


class RealCluster:
    """A controller and engines as somebody else might have started them: Treadle knows nothing of them."""

    def __init__(self, folder: Path, cluster_id: str = "") -> None:
        self.folder = folder
        self.address = Address(folder / "ipython" / "profile_default", cluster_id)
        for name in ("security", "log", "pid", "startup"):
            (self.address.profile_dir / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        self.environment = {**os.environ, **bare_environment(folder), "TEST_CLUSTER": f"{folder}:{cluster_id}"}
        self.controller = self._start("controller", *_LOOPBACK, *_CONTROLLER)
        self.engines: list[subprocess.Popen[bytes]] = []
        try:
            wait_until(self._written)
        except BaseException:
            self.close()
            raise

    def _written(self) -> bool:
        assert self.controller.poll() is None, (self.folder / "controller.log").read_text()
        with contextlib.suppress(OSError, ValueError):
            return all(json.loads(connection_file(self.address, kind).read_text()) for kind in ("client", "engine"))
        return False

    def _start(self, kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        own = [f"--profile-dir={self.address.profile_dir}", f"--cluster-id={self.address.cluster_id}"]
        with (self.folder / f"{kind}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"ipyparallel.{kind}", *own, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                cwd=self.folder,
                start_new_session=True,
            )

    def add_engines(self, count: int = 1) -> list[subprocess.Popen[bytes]]:
        """Start engines and wait until the controller knows them."""
        client = connect(self.address, SECONDS)
        try:
            before = set(client.ids)
            started = [self._start("engine") for _ in range(count)]
            self.engines += started
            wait_until(lambda: len(set(client.ids) - before) >= count)
            return started
        finally:
            client.close()

    def close(self) -> None:
        """End all its processes, schedulers and nannies too."""
        for process in self._processes():
            with contextlib.suppress(psutil.Error):
                process.kill()
        for one in [self.controller, *getattr(self, "engines", [])]:
            one.wait(SECONDS)

    def _processes(self) -> list[psutil.Process]:
        """Return all that was started for it; the schedulers of a controller that was killed are nobody's children."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("TEST_CLUSTER") == self.environment["TEST_CLUSTER"]:
                    found.append(process)
        return found


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCluster]:
    """Two engines for the whole session: leave them alive, and their session empty."""
    made = RealCluster(tmp_path_factory.mktemp("cluster"))
    try:
        made.add_engines(ENGINES)
        yield made
    finally:
        made.close()
