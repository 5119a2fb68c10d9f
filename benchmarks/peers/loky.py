"""loky's reusable pool, with a loop around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .peer import Peer
from .ready_loop import run_with_futures

if TYPE_CHECKING:
    from ..dag import Dag


class Loky(Peer):
    """get_reusable_executor."""

    requires = "loky"

    def start(self) -> None:
        import loky

        self._pool = loky.get_reusable_executor(max_workers=self.workers)

    def run(self, prepared: Dag) -> dict[str, Any]:
        return run_with_futures(prepared, self._pool.submit)

    def stop(self) -> None:
        self._pool.shutdown(kill_workers=True)
