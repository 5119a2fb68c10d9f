"""A cluster as this program uses it: starts, attaches, adds and ends engines, leaves, stops."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ...core.errors import ClusterError
from .acting import ASK_SECONDS, GONE_SECONDS, Engines, listed
from .connecting import connect, connection_file, shut_down
from .ending import STOP_SECONDS, kill_with_children, stop_records
from .finding import claimed
from .launchers import Order
from .ledger import Ledger
from .likeness import likeness
from .logs import sweep
from .loop import the_loop, within
from .profiles import check_settings
from .starting import START_SECONDS, Launch, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .connecting import Address, Client
    from .launchers import Ended
    from .ledger import Record
    from .starting import Say


class Cluster(Engines):
    """A connection to a cluster, with what this program started of it.

    Nothing is ended by ``close``: what this program started is ended by ``stop``, by ``leave`` it is left running, and
    if the program ends without either, its guardian ends it. ``hear`` is told, in a thread of its own, of ends.
    ``variables`` are put into the environment of engines that are started from now on.
    """

    def __init__(self, address: Address, client: Client, hear: Callable[[Ended], None] = lambda _ended: None) -> None:
        super().__init__(address, client)
        self._hear = hear
        self._starting = threading.Lock()
        self.variables: dict[str, str | None] = {}
        client._registration_callbacks.append(self._registration)

    @classmethod
    def start(
        cls,
        address: Address,
        engines: int,
        *,
        launcher: str = "local",
        logs: Path | None = None,
        hear: Callable[[Ended], None] = lambda _ended: None,
        say: Say = silent,
        **settings: Any,
    ) -> Cluster:
        """Start a controller and engines, and return once all are ready; ClusterError says why not.

        ``settings`` are those of an Order: env, python, niceness, listen, encrypt, seconds. A start that fails, or is
        interrupted, leaves nothing behind but its logs. ``say`` is told how far it has got, and may raise to end it.
        """
        check_settings(address.profile_dir)
        with claimed(address):
            sweep({str(Path(record.logs).resolve()) for record in Ledger().records()})
            launch = Launch(address, launcher=launcher, logs=logs, hear=hear, say=say)
            client = launch.start(_order(launch, engines, settings), foreign=False)
        made = cls(address, client, hear)
        made._launches.append(launch)
        made.wanted = engines
        return made

    @classmethod
    def attach(
        cls, address: Address, seconds: float = ASK_SECONDS, hear: Callable[[Ended], None] = lambda _ended: None
    ) -> Cluster:
        """Use a cluster that runs, whoever started it; ClusterError if it does not."""
        return cls(address, connect(address, seconds), hear)

    @property
    def held(self) -> list[str]:
        """The records of what this program started, or took over, and what ends with it."""
        return [launch.record.id for launch in self._launches if self.ledger.read(launch.record.id) is not None]

    def adopt(self, record: Record) -> None:
        """Hold what another program started that has gone: from now on it ends with this one."""
        launch = Launch(self.address, hear=self._hear, record=record)
        launch.guardian.wait_ready(ASK_SECONDS)
        self._launches.append(launch)
        self.wanted += sum(one.proof.lives for one in record.engines)

    # --- engines ---

    def add_engines(
        self,
        engines: int,
        *,
        launcher: str = "local",
        logs: Path | None = None,
        say: Say = silent,
        **settings: Any,
    ) -> list[str]:
        """Start more engines, also where the controller is somebody else's, and return their names.

        What is not said of them is as with those of ours that are there. ``say`` as with ``start``.
        """
        with self._starting:
            uuids = self._add_engines(engines, launcher, logs, say, {**self._usual(), **settings})
            self.wanted += engines
        return uuids

    def replace_missing(self) -> int:
        """Start engines in the place of ours that have gone without being told to; return how many."""
        with self._starting:
            # The controller may be about to tell that one has gone.
            self._wait_for(lambda: self.living() < self.wanted, GONE_SECONDS)
            missing = max(0, self.wanted - self.living())
            if missing:
                self._add_engines(missing, "local", None, silent, self._usual())
        return missing

    def _add_engines(
        self, engines: int, launcher: str, logs: Path | None, say: Say, settings: dict[str, Any]
    ) -> list[str]:
        given = {name: value for name, value in self.variables.items() if value is not None}
        settings = {**settings, "env": {**settings.get("env", {}), **given}}
        until = time.monotonic() + settings.get("seconds", START_SECONDS)
        launch = next((one for one in self._launches if one.stands), None)
        if launch is not None and logs is None:
            return launch.add_engines(_order(launch, engines, settings), self.client, until, say)
        logs = logs or next((Path(one.logs) for one in self.records() if one.controller and one.here), None)
        launch = Launch(self.address, launcher=launcher, logs=logs, hear=self._hear, say=say)
        launch.start(_order(launch, engines, settings), foreign=True).close()
        self._launches.append(launch)
        record = self.ledger.read(launch.record.id)
        uuids = [one.uuid for one in record.engines] if record else []
        self._wait_for(lambda: set(uuids) <= set(self.uuids().values()), ASK_SECONDS)
        return uuids

    def restart_engines(self, numbers: Iterable[int], seconds: float = START_SECONDS, say: Say = silent) -> list[str]:
        """Replace engines of ours on this machine by fresh ones, with new numbers; return their names."""
        chosen = {number: self.uuids()[number] for number in self._known(numbers)}
        ours = self.ours()
        if foreign := [number for number, uuid in chosen.items() if uuid not in ours]:
            raise ClusterError(
                f"Treadle did not start {listed(foreign)} here, and can only stop what it did not start",
                where=f"cluster {self.address}",
                remedy="Stop them and add engines",
            )
        wishes = [likeness(ours[uuid].proof) for uuid in chosen.values()]
        self.kill_engines(chosen, seconds)
        added: list[str] = []
        while wishes:
            wish = wishes[0]
            added += self.add_engines(wishes.count(wish), seconds=seconds, say=say, **wish)
            wishes = [other for other in wishes if other != wish]
        return added

    # --- ends ---

    def mark_left(self, *, left: bool) -> None:
        """Say whether what this program started is to live on, should it end now; it still holds it."""
        for launch in self._launches:
            launch.mark_left(left=left)

    def leave(self) -> None:
        """Let what this program started live on when it ends."""
        for launch in self._launches:
            launch.leave()
        self._launches = []
        self.wanted = 0

    def close(self) -> None:
        """Use the cluster no longer."""
        with contextlib.suppress(ValueError):
            self.client._registration_callbacks.remove(self._registration)
        self.client.close()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End what this program started, and use the cluster no longer; ClusterError names what could not be ended."""
        self.close()
        end = time.monotonic() + seconds
        failed: list[ClusterError] = []
        for launch in reversed(self._launches):
            try:
                launch.end(max(0.1, end - time.monotonic()))
            except ClusterError as error:
                failed.append(error)
        self._launches = []
        if failed:
            raise failed[0]

    def shutdown(self, seconds: float = STOP_SECONDS) -> None:
        """End the whole cluster: what Treadle started by proof, the rest by asking its controller."""
        ours = any(record.controller and record.here for record in self.records())
        try:
            if not ours:
                within(seconds, "the shutdown of the controller", lambda: shut_down(self.client, seconds / 2))
                self._wait_for(lambda: not connection_file(self.address).exists(), GONE_SECONDS)
        except ClusterError as error:
            raise ClusterError(
                f"{error.message}: it may go on", where=f"cluster {self.address}", remedy="End it where it was started"
            ) from None
        finally:
            self.stop(seconds)
            stop_records(self.records(), seconds)

    # --- how ---

    def _usual(self) -> dict[str, Any]:
        """Return how engines of this cluster are started, as far as that is known."""
        orders = [launch.order for launch in self._launches if launch.order is not None]
        if orders:
            return {"python": orders[0].python, "env": orders[0].env, "niceness": orders[0].niceness}
        return next((found for one in self.ours().values() if (found := likeness(one.proof))), {})

    def _registration(self, event: dict[str, Any]) -> None:
        """Hear of an engine that the controller has given up. Runs in the thread of the client."""
        if event.get("event") == "unregister":
            uuid = str(event.get("uuid") or "")
            the_loop().call_soon_threadsafe(lambda: the_loop().call_later(GONE_SECONDS, self._forget, uuid))

    def _forget(self, uuid: str) -> None:
        """End an engine that lives on although it was given up, stopped or cut off: it never comes back."""
        for launch in self._launches:
            record = self.ledger.read(launch.record.id)
            for one in record.engines if record else []:
                if one.uuid == uuid and one.proof.lives:
                    kill_with_children(one.proof)


def cores() -> int:
    """Return the number of cores that this program may use: how many engines a host gets."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _order(launch: Launch, engines: int, settings: dict[str, Any]) -> Order:
    order = Order(
        profile_dir=launch.address.profile_dir,
        cluster_id=launch.address.cluster_id,
        engines=engines,
        logs=Path(launch.record.logs),
        mark=launch.record.id,
    )
    return msgspec.structs.replace(order, **settings)
