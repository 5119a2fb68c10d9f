"""A runner that is asked about clusters, in folders of its own."""

from __future__ import annotations

import os
import queue
import time
from typing import TYPE_CHECKING, Any

import psutil
from runners import SECONDS, Talk

from treadle.core import protocol as p
from treadle.schemes.ipython.ledger import Ledger
from treadle.schemes.ipython.proof import MARK

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT = p.ClusterName("default")


class Begun:
    """A request that was sent, and whose answer is waited for later."""

    def __init__(self, talk: Talk, kind: type[p.Request], **facts: Any) -> None:
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.number = talk.client.ask(kind, self._answers.put, **facts)

    def answer(self, seconds: float = SECONDS) -> Any:
        """Return the answer, or the error."""
        return self._answers.get(timeout=seconds)


def started(talk: Talk, engines: int = 2, name: p.ClusterName = DEFAULT, **facts: Any) -> p.ClusterRow:
    """Have a cluster started."""
    return talk.ask(p.StartCluster, name=name, engines=engines, **facts)


def numbers(row: p.ClusterRow) -> list[int]:
    """Return the numbers of the engines that the controller knows."""
    return [one.number for one in row.engines if one.number is not None]


def of_clusters(folder: Path) -> list[psutil.Process]:
    """Return the processes of clusters whose profiles are in this folder, and their guardians."""
    ledger, found = str(Ledger().folder), []
    for process in psutil.process_iter():
        try:
            line, environment = process.cmdline(), process.environ()
            guards = ledger in line
            ours = environment.get("IPYTHONDIR") == str(folder)
            if guards or (ours and (MARK in environment or "ipyparallel" in " ".join(line))):
                found.append(process)
        except psutil.Error:
            continue
    return found


def none_left(folder: Path, seconds: float = 8.0) -> bool:
    """Wait until no process of clusters is left there; say whether that came."""
    end = time.monotonic() + seconds
    while of_clusters(folder):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def commands(folder: Path) -> list[str]:
    """Return the command lines of what is left, to be shown when a test fails."""
    return [" ".join(one.cmdline()) for one in of_clusters(folder) if one.pid != os.getpid()]
