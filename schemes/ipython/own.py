"""Clusters of this program: runs have engines replaced there, and may start one for themselves."""

from __future__ import annotations

import contextlib
import secrets
import threading
from typing import TYPE_CHECKING

from ...core.background import BackgroundThread
from ...core.errors import ClusterError, TreadleError
from .cluster import Cluster
from .connecting import Address
from .nobody import Ours
from .profiles import profile_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from .launchers import Ended

END_SECONDS = 8.0


class Upkeep:
    """Knows how the processes of a cluster of this program ended, and has engines replaced; ``say`` is told if not.

    Its methods may be called from any thread.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._lock = threading.Lock()
        self._cluster: Cluster | None = None
        self._ended: dict[int, int | None] = {}
        self._hub_alive, self._over = True, False

    def take(self, cluster: Cluster) -> None:
        """Look after this cluster, which tells of ends to ``hear``."""
        self._cluster = cluster

    def hear(self, ended: Ended) -> None:
        """Take note of the end of a process."""
        if ended.role == "controller":
            self._hub_alive = False
        self._ended[ended.pid] = ended.code

    @property
    def ours(self) -> Ours:
        """What a run may know and do."""
        return Ours(self.status, self.replace, self.alive)

    def status(self, _host: str, pid: int) -> int | None:
        """Return how a process ended, as the system tells it to its parent; None if that is not known."""
        code = self._ended.get(pid)
        if code is None:
            return None
        return code << 8 if code >= 0 else -code

    def alive(self) -> bool:
        """Say whether the controller lives."""
        return self._hub_alive

    def replace(self) -> None:
        """Have an engine started for one that is gone, beside all else."""
        BackgroundThread(target=self._add, name="treadle-engine", daemon=True).start()

    def _add(self) -> None:
        with self._lock:
            if self._cluster is None or self._over:
                return
            try:
                self._cluster.replace_missing()
            except TreadleError as error:
                self._say(f"an engine that is gone cannot be replaced: {error}")

    def leave(self, seconds: float = END_SECONDS) -> None:
        """Have nothing replaced any more; what is just being started is waited for, but not for long."""
        self._over = True
        if self._lock.acquire(timeout=seconds):
            self._lock.release()


class OwnCluster(Upkeep):
    """Starts engines in a profile when they are wanted; ``say`` is told so, and of engines that cannot be replaced."""

    def __init__(self, profile: str, engines: int, say: Callable[[str], None]) -> None:
        super().__init__(say)
        self._profile, self._engines = profile, engines

    def start(self) -> Address:
        """Start the cluster and return its address; ClusterError says why it cannot be."""
        address = Address(profile_folder(self._profile), f"treadle-{secrets.token_hex(4)}")
        self._say(
            f"no cluster runs in the IPython profile {address.profile!r}: "
            f"starting {self._engines} engine{'' if self._engines == 1 else 's'}, which end with this run"
        )
        with self._lock:
            if self._over:
                raise ClusterError("the run is over", where=f"cluster {address}")
            try:
                self._cluster = Cluster.start(address, self._engines, hear=self.hear)
            except TreadleError as error:
                self._say(f"it could not be started: {error}")
                raise
        return address

    def end(self, seconds: float = END_SECONDS) -> None:
        """End what was started."""
        self._over = True
        # A start that is under way ends by itself in bounded time, but it may take long.
        if not self._lock.acquire(timeout=max(seconds, 1.0)):
            return
        try:
            cluster, self._cluster = self._cluster, None
            if cluster is not None:
                with contextlib.suppress(OSError):
                    cluster.stop()
        except TreadleError as error:
            self._say(str(error))
        finally:
            self._lock.release()
