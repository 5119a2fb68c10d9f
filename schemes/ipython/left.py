"""Clusters that were left running: runs have engines replaced there, which are left running, too."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ...core.background import BackgroundThread
from ...core.errors import TreadleError
from .ledger import Ledger
from .nobody import Ours

if TYPE_CHECKING:
    from collections.abc import Callable

    from .addresses import Address
    from .ledger import Record


class LeftCluster:
    """Has engines replaced that have gone without being told to; ``say`` is told if that cannot be.

    Several programs may use it: each engine is replaced by the first of them that notices. Its methods may be called
    from any thread.
    """

    def __init__(self, address: Address, say: Callable[[str], None]) -> None:
        self._address, self._say, self._ledger = address, say, Ledger()
        self._lock = threading.Lock()

    @property
    def ours(self) -> Ours:
        """What a run may know and do: how the processes end, the system tells nobody."""
        return Ours(None, self.replace, self.alive)

    def records(self) -> list[Record]:
        """Return what was left running of it on this machine."""
        found = self._ledger.of(self._address.profile_dir, self._address.cluster_id)
        return [one for one in found if one.here and one.left_running]

    def alive(self) -> bool:
        """Say whether a controller of ours lives that was left running."""
        return any(one.controller.proof.lives for one in self.records() if one.controller)

    def replace(self) -> None:
        """Have engines started for those that are gone, beside all else."""
        BackgroundThread(target=self._replace, name="treadle-engine", daemon=True).start()

    def _replace(self) -> None:
        with self._lock:
            try:
                missing = sum(self._ledger.forget_dead(one.id) for one in self.records())
                if missing:
                    self._start(missing)
            except TreadleError as error:
                self._say(f"an engine that is gone cannot be replaced: {error}")

    def _start(self, engines: int) -> None:
        # What it takes is imported when it is needed: a run that uses such a cluster shall not wait for it.
        from .cluster import Cluster

        cluster = Cluster.attach(self._address)
        try:
            cluster.add_engines(engines)
            cluster.leave()
        finally:
            cluster.close()
