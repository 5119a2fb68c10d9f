"""pebble's pool of processes, with a loop around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .peer import Peer
from .ready_loop import run_with_futures

if TYPE_CHECKING:
    from ..dag import Dag


class Pebble(Peer):
    """pebble.ProcessPool."""

    requires = "pebble"

    def start(self) -> None:
        import pebble

        self._pool = pebble.ProcessPool(self.workers)

    def run(self, prepared: Dag) -> dict[str, Any]:
        schedule = self._pool.schedule
        return run_with_futures(prepared, lambda function, *arguments: schedule(function, args=arguments))

    def stop(self) -> None:
        self._pool.stop()
        self._pool.join(10)
