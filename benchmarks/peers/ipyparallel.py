"""ipyparallel as it is: two local engines, a load-balanced view, with a loop around it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from .peer import Peer
from .ready_loop import run_with_futures

if TYPE_CHECKING:
    from ..dag import Dag


class LoadBalanced(Peer):
    """LoadBalancedView.apply_async, which retries what an engine lost."""

    requires = "ipyparallel"
    most = 1_000

    def start(self) -> None:
        import ipyparallel

        self._cluster = ipyparallel.Cluster(
            n=self.workers, log_level=logging.CRITICAL, profile_dir=str(self.folder / "profile")
        )
        self._client = self._cluster.start_and_connect_sync(activate=False)
        self._view = self._client.load_balanced_view()
        self._view.retries = 2

    def run(self, prepared: Dag) -> dict[str, Any]:
        return run_with_futures(prepared, self._view.apply_async)

    def stop(self) -> None:
        self._client.close()
        self._cluster.stop_cluster_sync()
