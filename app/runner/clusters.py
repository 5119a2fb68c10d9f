"""The clusters of a runner: those that it holds, those that are watched, and what becomes of them at its end."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from ...core import protocol as p
from ...core.background import BackgroundThread
from ...core.errors import TreadleError
from .cluster_rows import address_of
from .tended import Tended
from .watching import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from ...schemes.ipython.addresses import Address

END_SECONDS = 5.0
"""In which a runner that ends has ended what it holds; a guardian does what it could not."""


class Clusters:
    """All that this runner has to do with, by name; ``send`` is told of those that are watched."""

    def __init__(self, send: Callable[[p.Message], None], tasks: Callable[[Address], Mapping[int, str] | None]) -> None:
        self._send, self._tasks = send, tasks
        self._known: dict[p.ClusterName, Tended] = {}
        self._watches: dict[p.ClusterName, Watch] = {}
        self._lock = threading.Lock()

    def tended(self, name: p.ClusterName) -> Tended:
        """Return a cluster, whether it runs or not; UsageError if there is no such profile."""
        address = address_of(name)
        with self._lock:
            if name not in self._known:
                self._known[name] = Tended(address, self._tasks, self._warn, lambda: self._changed(name))
            return self._known[name]

    def held(self) -> list[Tended]:
        """Return those of which something ends with this runner, or should have ended already."""
        with self._lock:
            known = list(self._known.values())
        return [one for one in known if one.holds or one.lingers]

    def known(self) -> dict[p.ClusterName, Tended]:
        """Return those that were asked for."""
        with self._lock:
            return dict(self._known)

    def engines(self, address: Address) -> int | None:
        """Return how many engines a cluster has, as far as that is known without asking it."""
        return next((one.engines for one in self.known().values() if one.address == address), None)

    def watch(self, name: p.ClusterName, seconds: float) -> None:
        """Tell of a cluster every so many seconds from now on; 0: no longer."""
        tended = self.tended(name)
        with self._lock:
            before = self._watches.pop(name, None)
            if seconds > 0:
                self._watches[name] = Watch(tended, seconds, self._send)
        if before is not None:
            before.end()

    def _changed(self, name: p.ClusterName) -> None:
        # In the thread of a client: only hand over.
        watch = self._watches.get(name)
        if watch is not None:
            watch.look_soon()

    def _warn(self, text: str) -> None:
        self._send(p.Warned(text=text))

    def let_go(
        self, fates: Mapping[p.ClusterName, p.Fate], seconds: float, in_use: Collection[p.ClusterName] = ()
    ) -> dict[p.ClusterName, tuple[p.Living, ...]]:
        """Stop or leave what is held, all at once; what is not named is stopped. ``in_use`` are let go of at the end.

        Return what still lives of those that were to be stopped.
        """
        stopping: list[tuple[Tended, list[tuple[p.Living, ...]], BackgroundThread]] = []
        for one in self.held():
            fate = fates.get(one.name, one.fate)
            if one.name in in_use:
                one.decide(fate)
            elif fate == "leave":
                one.leave()
            else:
                told: list[tuple[p.Living, ...]] = []
                thread = BackgroundThread(target=_stop, args=(one, seconds, told), name="treadle-let-go", daemon=True)
                thread.start()
                stopping.append((one, told, thread))
        end = time.monotonic() + seconds + 2.0
        left: dict[p.ClusterName, tuple[p.Living, ...]] = {}
        for one, told, thread in stopping:
            thread.join(max(0.0, end - time.monotonic()))
            # Of one that is not done, what lives counts, and not that nothing was told.
            if living := told[0] if told else one.still_there():
                left[one.name] = living
        return left

    def close(self, seconds: float = END_SECONDS) -> None:
        """End what is held, and tell of nothing more."""
        with self._lock:
            watches, self._watches = list(self._watches.values()), {}
        for watch in watches:
            watch.end()
        self.let_go({}, seconds)


def _stop(one: Tended, seconds: float, told: list[tuple[p.Living, ...]]) -> None:
    try:
        told.append(one.stop(seconds))
    except (TreadleError, OSError):
        told.append(one.still_there())
