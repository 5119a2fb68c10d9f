"""One cluster as this runner sees it: connected while it is used, and held if something of it was started here."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

from ...core.background import BackgroundThread
from ...core.errors import ClusterError
from ...schemes.ipython.addresses import connection_file
from ...schemes.ipython.cluster import Cluster
from ...schemes.ipython.finding import look
from ...schemes.ipython.information import Inquiry
from ...schemes.ipython.ledger import Ledger, fingerprint
from ...schemes.ipython.own import Upkeep
from ...schemes.ipython.variables import push
from ..clusters import start_cluster, using
from .cluster_rows import name_of, row_of_facts, row_of_found

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...core import protocol as p
    from ...schemes.ipython.addresses import Address
    from ...schemes.ipython.definitions import Definition
    from ...schemes.ipython.finding import Found
    from ...schemes.ipython.information import ClusterFacts
    from ...schemes.ipython.ledger import Record
    from .operations import Operation

LOOK_SECONDS = 3.0
CONNECT_SECONDS = 5.0


class Connected:
    """A cluster, by its address. Its methods may be called from any thread; each ends in bounded time.

    ``tasks`` returns what engines execute for runs of this runner, by their numbers, None if none uses the cluster.
    ``warn`` is told of what is lost but stops nothing, ``changed`` that engines came or went.
    """

    def __init__(
        self,
        address: Address,
        tasks: Callable[[Address], Mapping[int, str] | None],
        warn: Callable[[str], None],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.address, self.name = address, name_of(address)
        self.variables: dict[str, str | None] = {}
        self._tasks, self._warn, self._changed = tasks, warn, changed
        self._upkeep = Upkeep(warn)
        self._cluster: Cluster | None = None
        self._inquiry: Inquiry | None = None
        self._file = ""
        self._begins = False
        self._use = contextlib.ExitStack()
        self._connecting, self._looking = threading.RLock(), threading.Lock()

    @property
    def holds(self) -> bool:
        """Whether something of it was started here, or taken over, and ends with this runner."""
        cluster = self._cluster
        return cluster is not None and bool(cluster.held)

    @property
    def engines(self) -> int | None:
        """How many engines it has, as far as that is known without asking it: while this is connected."""
        cluster = self._cluster
        return None if cluster is None else len(cluster.uuids())

    # Connected

    def start(self, definition: Definition, operation: Operation) -> None:
        """Start it and hold it; ClusterError says why that cannot be, and nothing is left of it then."""
        upkeep = Upkeep(self._warn)
        kept = {name: value for name, value in self.variables.items() if value is not None}
        definition = definition.with_given(env={**kept, **definition.env})
        self._begins = True
        try:
            cluster = start_cluster(definition, hear=upkeep.hear, say=operation.say)
            self.variables.update(definition.environment())
            self._connected_to(cluster, upkeep)
            self.hold()
        finally:
            self._begins = False

    def connected(self, seconds: float = CONNECT_SECONDS) -> Cluster:
        """Return it connected; ClusterError if it does not run, or does not answer."""
        with self._connecting:
            if self._cluster is None:
                upkeep = Upkeep(self._warn)
                self._connected_to(Cluster.attach(self.address, seconds, hear=upkeep.hear), upkeep)
            assert self._cluster is not None
            return self._cluster

    def _connected_to(self, cluster: Cluster, upkeep: Upkeep) -> None:
        with self._connecting:
            self._drop()
            self._upkeep = upkeep
            self._file = fingerprint(connection_file(self.address))
            self._upkeep.take(cluster)
            self._cluster, self._inquiry = cluster, Inquiry(cluster)
            cluster.variables = dict(self.variables)
            cluster.client._registration_callbacks.append(self._registered)

    def _registered(self, event: dict[str, Any]) -> None:
        """Hear that an engine came or went, in the thread of the client."""
        self._changed()
        if event.get("event") == "register" and self.variables:
            number = int(event["id"])
            BackgroundThread(target=self._greet, args=(number,), name="treadle-variables", daemon=True).start()

    def _greet(self, number: int) -> None:
        """Set the variables of an engine that joined."""
        with contextlib.suppress(ClusterError):
            push(self.connected(), self.variables, [number], 0.0)

    def hold(self) -> None:
        """Have runs use it, and replace its engines, as long as something of it is held."""
        self._use.close()
        self._use = contextlib.ExitStack()
        if self.holds:
            self._use.enter_context(using(self.address, self._upkeep.ours, only_profile=True))

    def _drop(self) -> None:
        """Be connected no longer; what was held is ended, if anything of it is left."""
        cluster = self._disconnected()
        if cluster is not None:
            self.hold()
            with contextlib.suppress(ClusterError):
                cluster.stop()

    def _disconnected(self) -> Cluster | None:
        """Be connected no longer; return what this was connected to."""
        with self._connecting:
            cluster, self._cluster, self._inquiry = self._cluster, None, None
        return cluster

    # Looked at

    def row(self, seconds: float = LOOK_SECONDS) -> p.ClusterRow:
        """Return all that is known of it now, after at most about so many seconds."""
        # A look that goes on may be held up by a controller that is just ending.
        if self._looking.acquire(timeout=seconds):
            try:
                facts = self._facts(seconds)
            finally:
                self._looking.release()
            if facts is not None:
                launchers = {one.uuid: record.launcher for record in self.records() for one in record.engines}
                return self.with_ours(row_of_facts(self.name, facts, launchers, self._tasks(self.address) or {}))
        return self.with_ours(row_of_found(self.found()))

    def _facts(self, seconds: float) -> ClusterFacts | None:
        """Return what it says of itself; None if nobody can be asked."""
        inquiry = self._inquiry or self._connect_to_look()
        if inquiry is None:
            return None
        facts = inquiry.look(seconds)
        if not facts.answers and (not self.found().answers or self._is_another()):
            self._drop()
            return None
        return facts

    def _connect_to_look(self) -> Inquiry | None:
        if not self.found().answers:
            return None
        with contextlib.suppress(ClusterError):
            self.connected()
        return self._inquiry

    def _is_another(self) -> bool:
        """Say whether a controller has been started in the place of the one that this is connected to."""
        return self._file != fingerprint(connection_file(self.address))

    def with_ours(self, row: p.ClusterRow) -> p.ClusterRow:
        """Return a row with what only this runner knows."""
        # What is only being started is already nobody else's.
        row.held, row.busy = self.holds or self._begins, self._tasks(self.address) is not None
        row.variables = tuple(sorted(name for name, value in self.variables.items() if value is not None))
        return row

    def found(self) -> Found:
        """Return what can be said of it without asking it."""
        return look(self.address, self.records())

    def records(self) -> list[Record]:
        """Return what Treadle started of it, in whichever program."""
        return Ledger().of(self.address.profile_dir, self.address.cluster_id)
