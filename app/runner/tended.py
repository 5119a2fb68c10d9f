"""One cluster as this runner tends it: its engines are acted on, and it is let go of."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any, Literal

from ...core.errors import ClusterError
from ...schemes.ipython.acting import listed
from ...schemes.ipython.adopting import leave_running, taken_over
from ...schemes.ipython.ledger import Ledger
from ...schemes.ipython.variables import push, refuse_odd
from .connected import CONNECT_SECONDS, Connected
from .living import end_by_force, living_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ...core import protocol as p
    from ...schemes.ipython.cluster import Cluster
    from ...schemes.ipython.ledger import Record
    from .operations import Operation

LEAVE_SECONDS = 1.0
"""How long the start of an engine in the place of another one is waited for when it is to be let go of."""

LEFT_SECONDS = 10.0
CHANGE_SECONDS = 30.0
"""How long one change waits for another one to be over."""

_DOING = {"interrupt": "interrupting", "stop": "stopping", "kill": "killing", "restart": "restarting"}


class Tended(Connected):
    """A cluster, by its address. What changes it is done within ``changing``, one thing after the other."""

    def __init__(self, *connected: Any) -> None:
        super().__init__(*connected)
        self.fate: p.Fate = "stop"
        self._to_end: list[Record] = []
        self._changing = threading.Lock()

    @property
    def lingers(self) -> bool:
        """Whether anything lives that was to be stopped and has not ended: it is to be gone with this runner, too."""
        return any(record.living() for record in self._to_end)

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

    # Engines

    def add(self, engines: int, seconds: float, operation: Operation) -> None:
        """Start more engines, and hold them."""
        self.connected().add_engines(engines, seconds=seconds, say=operation.say)
        self.hold()

    def act(self, deed: p.Deed, engines: Iterable[int], seconds: float, operation: Operation) -> None:
        """Interrupt, stop, kill or restart engines, all of them if none is named."""
        cluster = self.connected()
        numbers = list(engines) or sorted(cluster.uuids())
        if not numbers:
            raise ClusterError("it has no engines", where=f"cluster {self.address}", remedy="Start some")
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
        refuse_odd(variables)
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

    def stop(self, seconds: float, *, also_left: bool = False) -> tuple[p.Living, ...]:
        """End what is held and what should have ended; ``also_left``: also what was left running of ours.

        Return what still lives. ClusterError if it runs, and there is nothing to be ended.
        """
        end = time.monotonic() + seconds
        more = {one.id: one for one in self._to_end if one.living()}
        if also_left:
            more |= {one.id: one for one in self._free_records()}
        if not self.holds and not more and self.found().answers:
            raise ClusterError(
                "nothing of it was started here", where=f"cluster {self.address}", remedy="Ask for its shutdown"
            )
        self._upkeep.leave(min(LEAVE_SECONDS, seconds))
        cluster = self._disconnected()
        held = [] if cluster is None else cluster.held
        self._to_end = [*(one for one in self.records() if one.id in held), *more.values()]
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
        self._disconnected()
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
                # The guardian of what cannot last would end it: it is let be, and told again at the next start.
                if one.lasting:
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
            Ledger().end(record, max(0.1, end - time.monotonic()))
        return living_of(records)
