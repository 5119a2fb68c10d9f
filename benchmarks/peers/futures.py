"""concurrent.futures, with a loop around it."""

from __future__ import annotations

import concurrent.futures
from typing import TYPE_CHECKING, Any

from .peer import Peer
from .ready_loop import run_with_futures

if TYPE_CHECKING:
    from ..dag import Dag


class Processes(Peer):
    """ProcessPoolExecutor, forking."""

    def start(self) -> None:
        self._pool: concurrent.futures.Executor = concurrent.futures.ProcessPoolExecutor(self.workers)

    def run(self, prepared: Dag) -> dict[str, Any]:
        return run_with_futures(prepared, self._pool.submit)

    def stop(self) -> None:
        self._pool.shutdown(cancel_futures=True)


class Threads(Processes):
    """ThreadPoolExecutor: no service at all, the least that threads cost."""

    limit = True

    def start(self) -> None:
        self._pool = concurrent.futures.ThreadPoolExecutor(self.workers)
