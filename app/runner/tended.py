"""One cluster as this runner tends it: connected while it is used, and held if something of it was started here."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any, Literal

from ...core.background import BackgroundThread
from ...core.errors import ClusterError
from ...schemes.ipython.acting import listed
from ...schemes.ipython.addresses import connection_file
from ...schemes.ipython.adopting import leave_running, taken_over
from ...schemes.ipython.cluster import Cluster
from ...schemes.ipython.finding import look
from ...schemes.ipython.information import Inquiry
from ...schemes.ipython.ledger import Ledger, fingerprint
from ...schemes.ipython.own import Upkeep
from ...schemes.ipython.variables import push
from ..clusters import start_cluster, using
from .cluster_rows import name_of, row_of_facts, row_of_found
from .living import end_by_force, living_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ...core import protocol as p
    from ...schemes.ipython.addresses import Address
    from ...schemes.ipython.definitions import Definition
    from ...schemes.ipython.finding import Found
    from ...schemes.ipython.ledger import Record
    from .operations import Operation

LOOK_SECONDS = 3.0
CONNECT_SECONDS = 5.0
LEAVE_SECONDS = 1.0
"""How long the start of an engine in the place of another one is waited for when it is to be let go of."""

_DOING = {"interrupt": "interrupting", "stop": "stopping", "kill": "killing", "restart": "restarting"}
LEFT_SECONDS = 10.0
CHANGE_SECONDS = 30.0
"""How long one change waits for another one to be over."""


class Tended:
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
        self.fate: p.Fate = "stop"
        self._tasks, self._warn, self._changed = tasks, warn, changed
        self._upkeep = Upkeep(warn)
        self._cluster: Cluster | None = None
        self._inquiry: Inquiry | None = None
        self._file = ""
        self._to_end: list[Record] = []
        self._use = contextlib.ExitStack()
        self._connecting, self._looking, self._changing = threading.RLock(), threading.Lock(), threading.Lock()

    @property
    def holds(self) -> bool:
        """Whether something of it was started here, or taken over, and ends with this runner."""
        cluster = self._cluster
        return cluster is not None and bool(cluster.held)

    @property
    def lingers(self) -> bool:
        """Whether anything lives that was to be stopped and has not ended: it is to be gone with this runner, too."""
        return any(record.living() for record in self._to_end)

    @property
    def engines(self) -> int | None:
        """How many engines it has, as far as that is known without asking it: while this is connected."""
        cluster = self._cluster
        return None if cluster is None else len(cluster.uuids())

    @contextlib.contextmanager
    def changing(self, operation: Operation, seconds: float = CHANGE_SECONDS) -> Iterator[None]:
        """Keep other changes away; ClusterError if one goes on for too long."""
        end = time.monotonic() + seconds
        while not self._changing.acquire(timeout=0.1):
            operation.say("waiting until what is being done to it is over")
            if time.monotonic() > end:
                raise ClusterError("something else is still being done to it", where=f"cluster {self.address}")
        try:
            yield
        finally:
            self._changing.release()

    # Connected

    def start(self, definition: Definition, operation: Operation) -> None:
        """Start it and hold it; ClusterError says why that cannot be, and nothing is left of it then."""
        upkeep = Upkeep(self._warn)
        kept = {name: value for name, value in self.variables.items() if value is not None}
        definition = definition.with_given(env={**kept, **definition.env})
        cluster = start_cluster(definition, hear=upkeep.hear, say=operation.say)
        self.variables.update(definition.environment())
        self._connected_to(cluster, upkeep)
        self.hold()

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
        with self._connecting:
            cluster, self._cluster, self._inquiry = self._cluster, None, None
        if cluster is not None:
            self.hold()
            with contextlib.suppress(ClusterError):
                cluster.stop()

    # Looked at

    def row(self, seconds: float = LOOK_SECONDS) -> p.ClusterRow:
        """Return all that is known of it now, after at most about so many seconds."""
        with self._looking:
            inquiry = self._inquiry or self._connect_to_look()
            if inquiry is None:
                return self.with_ours(row_of_found(self.found()))
            facts = inquiry.look(seconds)
            if not facts.answers and (not self.found().answers or self._is_another()):
                self._drop()
                return self.with_ours(row_of_found(self.found()))
            tasks = self._tasks(self.address)
            launchers = {one.uuid: record.launcher for record in self.records() for one in record.engines}
            row = row_of_facts(self.name, facts, launchers, tasks or {})
            return self.with_ours(row)

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
        row.held, row.busy = self.holds, self._tasks(self.address) is not None
        row.variables = tuple(sorted(name for name, value in self.variables.items() if value is not None))
        return row

    def found(self) -> Found:
        """Return what can be said of it without asking it."""
        return look(self.address, self.records())

    def records(self) -> list[Record]:
        """Return what Treadle started of it, in whichever program."""
        return Ledger().of(self.address.profile_dir, self.address.cluster_id)

    # Engines

    def add(self, engines: int, seconds: float, operation: Operation) -> None:
        """Start more engines, and hold them."""
        self.connected().add_engines(engines, seconds=seconds, say=operation.say)
        self.hold()

    def act(self, deed: p.Deed, engines: Iterable[int], seconds: float, operation: Operation) -> None:
        """Interrupt, stop, kill or restart engines, all of them if none is named."""
        cluster = self.connected()
        numbers = list(engines) or sorted(cluster.uuids())
        operation.say(f"{_DOING[deed]} {len(numbers)} engine{'' if len(numbers) == 1 else 's'}")
        match deed:
            case "interrupt":
                cluster.interrupt(numbers, min(seconds, CONNECT_SECONDS))
            case "stop":
                cluster.stop_engines(numbers, seconds)
            case "kill":
                cluster.kill_engines(numbers, seconds)
            case _:
                self._restart(cluster, numbers, seconds, operation)

    def _restart(self, cluster: Cluster, numbers: list[int], seconds: float, operation: Operation) -> None:
        left = not cluster.held and any(one.controller and one.left_running for one in self.records())
        cluster.restart_engines(numbers, seconds, operation.say)
        if left:
            # What comes in the place of engines that were left running is left running, too.
            cluster.leave()
        self.hold()

    def set_variables(self, variables: Mapping[str, str | None], seconds: float, operation: Operation) -> None:
        """Set variables on all engines, now and on those that join."""
        cluster = self.connected()
        self.variables.update(variables)
        cluster.variables = dict(self.variables)
        late = push(cluster, variables, list(cluster.uuids()), seconds, operation.say)
        if late:
            self._warn(f"{listed(late)} of cluster {self.address} will have the variables when their tasks are over")

    # Let go of

    def decide(self, fate: p.Fate) -> None:
        """Say what is to become of what is held once nothing uses it any more, or when this runner is killed."""
        self.fate = fate
        if self._cluster is not None:
            self._cluster.mark_left(left=fate == "leave")

    def leave(self) -> None:
        """Let what is held live on when this runner ends."""
        self._upkeep.leave(LEAVE_SECONDS)
        if self._cluster is not None:
            self._cluster.leave()
        self._to_end = []
        self.hold()

    def stop(self, seconds: float) -> tuple[p.Living, ...]:
        """End what is held, else what an earlier program left running of it; return what still lives.

        ClusterError if it runs, and is nothing of ours.
        """
        end = time.monotonic() + seconds
        free = self._to_end if self.lingers else self._free_records()
        if not self.holds and not free and self.found().answers:
            raise ClusterError(
                "nothing of it was started here", where=f"cluster {self.address}", remedy="Ask for its shutdown"
            )
        self._upkeep.leave(min(LEAVE_SECONDS, seconds))
        with self._connecting:
            cluster, self._cluster, self._inquiry = self._cluster, None, None
        held = [] if cluster is None else cluster.held
        self._to_end = [one for one in self.records() if one.id in held] or free
        self.hold()
        if cluster is not None:
            with contextlib.suppress(ClusterError):
                cluster.stop(seconds)
        return self._end(self._to_end, end - time.monotonic())

    def _free_records(self) -> list[Record]:
        """Return what was left running, or behind, of which no other program is the owner."""
        return [one for one in self.records() if one.here and (one.left_running or not one.owner.lives)]

    def end_by_force(self) -> tuple[p.Living, ...]:
        """Kill what should have ended and has not, by proof; return what still lives."""
        records = self._to_end
        end_by_force(records)
        return living_of(records)

    def still_there(self) -> tuple[p.Living, ...]:
        """Return what lives of what should have ended."""
        return living_of(self._to_end)

    def shut_down(self, seconds: float) -> tuple[p.Living, ...]:
        """Ask its controller, whoever started it, to end with all its engines; return what still lives."""
        cluster = self.connected()
        self._upkeep.leave(min(LEAVE_SECONDS, seconds))
        self._to_end = [one for one in self.records() if one.here]
        with self._connecting:
            self._cluster, self._inquiry = None, None
        self.hold()
        cluster.shutdown(seconds)
        return living_of(self._to_end)

    def take_leftover(self, what: Literal["attach", "stop", "ignore"], operation: Operation) -> tuple[p.Living, ...]:
        """Take over what an earlier session left of it, or stop it, or leave it running; return what still lives.

        ClusterError if there is nothing left of it, or if it cannot be used: nothing has changed then.
        """
        left = [one for one in self.records() if one.abandoned and one.living()]
        if not left:
            raise ClusterError("there is nothing left of it", where=f"cluster {self.address}")
        if what == "stop":
            operation.say("ending its processes")
            return self._end(left, LEFT_SECONDS)
        if what == "ignore":
            for one in left:
                leave_running(one.id)
            return ()
        operation.say("connecting to its controller")
        cluster = self.connected()
        for one in left:
            cluster.adopt(taken_over(one.id))
        self.hold()
        return ()

    def _end(self, records: list[Record], seconds: float) -> tuple[p.Living, ...]:
        self._to_end, end = records, time.monotonic() + seconds
        for record in records:
            if not record.end(max(0.1, end - time.monotonic())):
                Ledger().remove(record.id)
        return living_of(records)
