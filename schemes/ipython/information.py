"""What can be said of a cluster and each of its engines now, in bounded time."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from typing import TYPE_CHECKING, Any, Literal

import ipyparallel as ipp
import msgspec
import psutil

from ...core.errors import ClusterError
from .addresses import connection_file, read_connection
from .loop import beside

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

    from .cluster import Cluster
    from .ledger import Started

ASK_SECONDS = 3.0
_PAUSE = 0.01
_MOST_HISTORY = 100
_PROBE = """(lambda: (lambda os, sys, socket: {
    "host": socket.gethostname(), "pid": os.getpid(), "cores": os.cpu_count(), "load": os.getloadavg()[0],
    "python": "%d.%d.%d" % sys.version_info[:3],
    "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
    "used": int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        if os.path.exists("/proc/self/statm") else 0,
})(__import__("os"), __import__("sys"), __import__("socket")))"""

State = Literal["idle", "busy", "silent", "starting", "given up"]


class EngineFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One engine. What is not known is None: of an engine that is busy, only what the controller or we know.

    ``given up`` is an engine of ours that lives, and that the controller does not know, or no longer. ``heard`` is
    how many seconds ago it last gave a sign of life; ``used`` the memory of its process; both memories in bytes.
    """

    number: int | None
    uuid: str
    ours: bool
    state: State
    host: str | None = None
    pid: int | None = None
    python: str | None = None
    cores: int | None = None
    load: float | None = None
    memory: int | None = None
    used: int | None = None
    queue: int | None = None
    done: int | None = None
    heard: float | None = None
    log: str = ""


class ClusterFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster: ``answers`` says whether its controller did, ``ours`` whether Treadle started it."""

    profile: str
    cluster_id: str
    answers: bool
    ours: bool
    left_running: bool
    location: str
    encrypted: bool
    controller: int | None
    logs: str
    engines: list[EngineFacts]


class Inquiry:
    """Asks one cluster, again and again; what never changes is asked once."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._known: dict[str, dict[str, Any]] = {}
        self._heard: dict[str, float] = {}
        self._looks: dict[str, int] = {}
        self._done: dict[str, int] = {}
        self._asked: Future[Any] | None = None

    def look(self, seconds: float = ASK_SECONDS) -> ClusterFacts:
        """Return what is known now, after at most about so many seconds, whoever does not answer."""
        end = time.monotonic() + seconds
        queues = self._queues(seconds)
        uuids = self._cluster.uuids()
        for number, queue in (queues or {}).items():
            queue["completed"] = self._done_for_others(uuids.get(number, ""), queue.get("completed", 0))
        idle = [n for n in uuids if queues is not None and not queues.get(n, {}).get("queue")]
        self._probe({number: uuids[number] for number in idle}, end)
        busy = {number: uuids[number] for number in uuids if number not in idle}
        if queues is not None:
            self._ask_nannies(busy, end)
        return self._facts(uuids, queues)

    def _done_for_others(self, uuid: str, completed: int) -> int:
        """Return how much was done that was not one of our looks, which the controller counts a little late."""
        self._done[uuid] = max(self._done.get(uuid, 0), completed - self._looks.get(uuid, 0))
        return self._done[uuid]

    def hosts(self) -> dict[int, str]:
        """Return on which host each engine is, as far as it is known."""
        return {one.number: one.host for one in self.look().engines if one.number is not None and one.host}

    def _queues(self, seconds: float) -> dict[int, dict[str, int]] | None:
        """Return what the controller says of its queues; None if it says nothing: a call to a dead one never ends."""
        # Of calls that are never answered there is one at most, however often one looks.
        asked, self._asked = self._asked or beside("a call of the controller", self._cluster.client.queue_status), None
        try:
            told = asked.result(seconds)
        except TimeoutError:
            self._asked = asked
            return None
        except Exception:  # noqa: BLE001 - lost contact, in whichever of the library's ways
            return None
        return {number: queue for number, queue in told.items() if isinstance(number, int)}

    def _probe(self, idle: dict[int, str], end: float) -> None:
        """Ask engines that have nothing to do. One that is busy would answer only after its task."""
        asked = {}
        for number, uuid in idle.items():
            with contextlib.suppress(Exception):
                asked[uuid] = self._cluster.client[number].apply_async(ipp.Reference(_PROBE))
        self._until(asked.values(), end)
        for uuid, answer in asked.items():
            if answer.ready() and answer.successful():
                self._known[uuid] = answer.get(0)
                self._heard[uuid] = time.monotonic()
                self._looks[uuid] = self._looks.get(uuid, 0) + 1
        with contextlib.suppress(Exception):
            client = self._cluster.client
            client.purge_local_results([answer for answer in asked.values() if answer.ready()])
            # Else it grows as long as somebody looks.
            del client.history[:-_MOST_HISTORY]

    def _ask_nannies(self, busy: dict[int, str], end: float) -> None:
        """Have the nannies of busy engines say that they live: signal 0 does nothing."""
        asked = {}
        for number, uuid in busy.items():
            with contextlib.suppress(Exception):
                asked[uuid] = self._cluster.client.send_signal(0, targets=[number], block=False)
        for uuid, answer in asked.items():
            with contextlib.suppress(Exception):
                answer.result(max(0.0, end - time.monotonic()))
                self._heard[uuid] = time.monotonic()

    def _until(self, answers: Iterable[Any], end: float) -> None:
        waiting = list(answers)
        while waiting and time.monotonic() < end:
            waiting = [answer for answer in waiting if not answer.ready()]
            time.sleep(_PAUSE)

    def _facts(self, uuids: dict[int, str], queues: dict[int, dict[str, int]] | None) -> ClusterFacts:
        ours = self._cluster.ours()
        engines = [self._engine(number, uuid, ours.get(uuid), queues) for number, uuid in sorted(uuids.items())]
        lost = [one for uuid, one in ours.items() if uuid not in uuids.values() and one.proof.lives]
        given_up = {one.uuid for one in self._cluster.given_up()}
        engines += [
            msgspec.structs.replace(
                self._engine(None, one.uuid, one, None), state="given up" if one.uuid in given_up else "starting"
            )
            for one in lost
        ]
        records = self._cluster.records()
        started = next((record for record in records if record.controller), None)
        try:
            connection = read_connection(connection_file(self._cluster.address), str(self._cluster.address))
        except ClusterError:
            connection = {}
        return ClusterFacts(
            profile=self._cluster.address.profile,
            cluster_id=self._cluster.address.cluster_id,
            answers=queues is not None,
            ours=started is not None,
            left_running=bool(started and started.left_running),
            location=str(connection.get("location") or ""),
            encrypted=bool(connection.get("curve_serverkey")),
            controller=started.controller.proof.pid if started and started.controller else None,
            logs=started.logs if started else "",
            engines=engines,
        )

    def _engine(
        self,
        number: int | None,
        uuid: str,
        started: Started | None,
        queues: dict[int, dict[str, int]] | None,
    ) -> EngineFacts:
        known = dict(self._known.get(uuid, {}))
        if started is not None:
            known |= _seen_here(started)
        queue = (queues or {}).get(-1 if number is None else number, {})
        heard = self._heard.get(uuid)
        ago = None if heard is None else time.monotonic() - heard
        waits = queue.get("queue")
        state: State = "silent"
        if ago is not None and ago < ASK_SECONDS:
            state = "busy" if waits else "idle"
        return EngineFacts(
            number=number,
            uuid=uuid,
            ours=started is not None,
            state=state,
            queue=waits,
            done=queue.get("completed"),
            heard=ago,
            log=started.log if started else "",
            **known,
        )


def _seen_here(started: Started) -> dict[str, Any]:
    """Return what this machine says of an engine that runs here, also while it is busy."""
    found: dict[str, Any] = {"host": platform.node(), "pid": started.proof.pid}
    with contextlib.suppress(psutil.Error, OSError):
        found["used"] = psutil.Process(started.proof.pid).memory_info().rss
        found["load"] = os.getloadavg()[0]
        found["cores"] = os.cpu_count()
        found["memory"] = psutil.virtual_memory().total
    return found
