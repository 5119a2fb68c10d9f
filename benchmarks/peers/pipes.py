"""A pool loop written by hand: forked workers, a pipe each, calls in batches or one at a time."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from .peer import Peer
from .ready_loop import PATIENCE, Progress

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from ..dag import Dag


class Pipes(Peer):
    """One call at a time for each worker."""

    limit = True
    batch: ClassVar[int] = 1

    def start(self) -> None:
        fork = multiprocessing.get_context("fork")
        self._ends: list[Connection] = []
        self._processes = []
        for _ in range(self.workers):
            ours, theirs = fork.Pipe()
            process = fork.Process(target=_serve, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._ends.append(ours)
            self._processes.append(process)

    def run(self, prepared: Dag) -> dict[str, Any]:
        progress = Progress(prepared)
        ready = deque(progress.first())
        idle, busy = list(self._ends), set()
        left = len(prepared.steps)
        while left:
            while idle and ready:
                end = idle.pop()
                # The first worker must not take all there is.
                share = min(self.batch, -(-len(ready) // (len(idle) + 1)))
                end.send([self._call(progress, ready.popleft()) for _ in range(share)])
                busy.add(end)
            found = multiprocessing.connection.wait(busy, PATIENCE)
            if not found:
                raise TimeoutError("no worker answers")
            for end in found:
                assert isinstance(end, multiprocessing.connection.Connection)
                answers = end.recv()
                left -= len(answers)
                for name, value in answers:
                    ready.extend(progress.done(name, value))
                busy.discard(end)
                idle.append(end)
        return progress.values

    def _call(self, progress: Progress, name: str) -> tuple[str, Any, list[Any]]:
        step, arguments = progress.call(name)
        return name, step.function, arguments

    def stop(self) -> None:
        for end in self._ends:
            end.close()
        for process in self._processes:
            process.terminate()
            process.join(5)


class Batches(Pipes):
    """Up to 64 calls in a message."""

    batch = 64


def _serve(end: Connection) -> None:
    while True:
        try:
            calls = end.recv()
        except EOFError:
            return
        end.send([(name, function(*arguments)) for name, function, arguments in calls])
