"""A cluster as this program uses it: starts, attaches, adds and ends engines, leaves, stops."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ...core.errors import ClusterError, UsageError
from .connecting import connect, connection_file, shut_down
from .ending import STOP_SECONDS, kill_with_children, stop_records
from .finding import claimed
from .launchers import Order
from .ledger import Ledger
from .likeness import likeness
from .logs import noted_numbers, sweep
from .loop import the_loop, within
from .profiles import check_settings
from .starting import START_SECONDS, Launch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .connecting import Address, Client
    from .launchers import Ended
    from .ledger import Record, Started

ASK_SECONDS = 5.0
_GONE_SECONDS = 1.0
_PAUSE = 0.02


class Cluster:
    """A connection to a cluster, with what this program started of it.

    Nothing is ended by ``close``: what this program started is ended by ``stop``, by ``leave`` it is left running, and
    if the program ends without either, its guardian ends it. ``hear`` is told, in a thread of its own, of ends.
    """

    def __init__(self, address: Address, client: Client, hear: Callable[[Ended], None] = lambda _ended: None) -> None:
        self.address = address
        self.client = client
        self._ledger = Ledger()
        self._hear = hear
        self._launches: list[Launch] = []
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
        **settings: Any,
    ) -> Cluster:
        """Start a controller and engines, and return once all are ready; ClusterError says why not.

        ``settings`` are those of an Order: env, python, niceness, listen, encrypt, seconds. A start that fails, or is
        interrupted, leaves nothing behind but its logs.
        """
        check_settings(address.profile_dir)
        with claimed(address):
            sweep({str(Path(record.logs).resolve()) for record in Ledger().records()})
            launch = Launch(address, launcher=launcher, logs=logs, hear=hear)
            client = launch.start(_order(launch, engines, settings), foreign=False)
        made = cls(address, client, hear)
        made._launches.append(launch)
        return made

    @classmethod
    def attach(
        cls, address: Address, seconds: float = ASK_SECONDS, hear: Callable[[Ended], None] = lambda _ended: None
    ) -> Cluster:
        """Use a cluster that runs, whoever started it; ClusterError if it does not."""
        return cls(address, connect(address, seconds), hear)

    # --- engines ---

    def add_engines(
        self, engines: int, *, launcher: str = "local", logs: Path | None = None, **settings: Any
    ) -> list[str]:
        """Start more engines, also where the controller is somebody else's, and return their names.

        What is not said of them is as with those of ours that are there.
        """
        settings = {**self._usual(), **settings}
        until = time.monotonic() + settings.get("seconds", START_SECONDS)
        launch = next((one for one in self._launches if one.stands), None)
        if launch is not None and logs is None:
            return launch.add_engines(_order(launch, engines, settings), self.client, until)
        logs = logs or next((Path(one.logs) for one in self.records() if one.controller and one.here), None)
        launch = Launch(self.address, launcher=launcher, logs=logs, hear=self._hear)
        launch.start(_order(launch, engines, settings), foreign=True).close()
        self._launches.append(launch)
        record = self._ledger.read(launch.record.id)
        uuids = [one.uuid for one in record.engines] if record else []
        self._wait_for(lambda: set(uuids) <= set(self.uuids().values()), ASK_SECONDS)
        return uuids

    def uuids(self) -> dict[int, str]:
        """Return the names of the engines by the numbers that the controller gave to them."""
        return {number: str(self.client._engines[number]) for number in list(self.client._ids)}

    def records(self) -> list[Record]:
        """Return what Treadle started for this cluster, in whichever program of this user."""
        return self._ledger.of(self.address.profile_dir, self.address.cluster_id)

    def ours(self) -> dict[str, Started]:
        """Return the engines that Treadle started, by name."""
        return {one.uuid: one for record in self.records() if record.here for one in record.engines}

    def given_up(self) -> list[Started]:
        """Return engines of ours that live, and that the controller has lost: they never come back."""
        known = set(self.uuids().values())
        return [
            one
            for uuid, one in self.ours().items()
            if uuid not in known and uuid in noted_numbers(Path(one.log).parent) and one.proof.lives
        ]

    def interrupt(self, numbers: Iterable[int], seconds: float = ASK_SECONDS) -> None:
        """Interrupt what engines execute, as Ctrl-C would; ClusterError names those that could not be reached."""
        for number in self._known(numbers):
            self._signal(number, signal.SIGINT, seconds)

    def stop_engines(self, numbers: Iterable[int], seconds: float = ASK_SECONDS) -> None:
        """Ask engines to end, and end those of ours that do not; ClusterError names foreign ones that do not."""
        chosen = {number: self.uuids()[number] for number in self._known(numbers)}
        self.client.shutdown(targets=list(chosen), block=False)
        with contextlib.suppress(ClusterError):
            self._wait_gone(chosen, seconds)
        self._end_by_proof(set(chosen.values()))
        self._wait_gone(chosen, _GONE_SECONDS)

    def kill_engines(self, numbers: Iterable[int], seconds: float = ASK_SECONDS) -> None:
        """End engines at once, whatever they do."""
        chosen = {number: self.uuids()[number] for number in self._known(numbers)}
        ours = self.ours()
        for number, uuid in chosen.items():
            if uuid not in ours:
                self._signal(number, signal.SIGKILL, seconds)
        self._end_by_proof(set(chosen.values()))
        self._wait_gone(chosen, seconds)

    def restart_engines(self, numbers: Iterable[int], seconds: float = START_SECONDS) -> list[str]:
        """Replace engines of ours on this machine by fresh ones, with new numbers; return their names."""
        chosen = {number: self.uuids()[number] for number in self._known(numbers)}
        ours = self.ours()
        if foreign := [number for number, uuid in chosen.items() if uuid not in ours]:
            raise ClusterError(
                f"Treadle did not start {_listed(foreign)} here, and can only stop what it did not start",
                where=f"cluster {self.address}",
                remedy="Stop them and add engines",
            )
        wishes = [likeness(ours[uuid].proof) for uuid in chosen.values()]
        self.kill_engines(chosen)
        added: list[str] = []
        while wishes:
            wish = wishes[0]
            added += self.add_engines(wishes.count(wish), seconds=seconds, **wish)
            wishes = [other for other in wishes if other != wish]
        return added

    # --- ends ---

    def leave(self) -> None:
        """Let what this program started live on when it ends."""
        for launch in self._launches:
            launch.leave()
        self._launches = []

    def close(self) -> None:
        """Use the cluster no longer."""
        with contextlib.suppress(ValueError):
            self.client._registration_callbacks.remove(self._registration)
        self.client.close()

    def stop(self) -> None:
        """End what this program started, and use the cluster no longer; ClusterError names what could not be ended."""
        self.close()
        failed: list[ClusterError] = []
        for launch in reversed(self._launches):
            try:
                launch.end()
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
                self._wait_for(lambda: not connection_file(self.address).exists(), _GONE_SECONDS)
        except ClusterError as error:
            raise ClusterError(
                f"{error.message}: it may go on", where=f"cluster {self.address}", remedy="End it where it was started"
            ) from None
        finally:
            self.stop()
            stop_records(self.records(), seconds)

    # --- how ---

    def _usual(self) -> dict[str, Any]:
        """Return how engines of this cluster are started, as far as that is known."""
        orders = [launch.order for launch in self._launches if launch.order is not None]
        if orders:
            return {"python": orders[0].python, "env": orders[0].env, "niceness": orders[0].niceness}
        return next((found for one in self.ours().values() if (found := likeness(one.proof))), {})

    def _known(self, numbers: Iterable[int]) -> list[int]:
        wanted, known = list(dict.fromkeys(numbers)), set(self.client.ids)
        if missing := [number for number in wanted if number not in known]:
            raise UsageError(f"there is no {_listed(missing)} in cluster {self.address}; it has: {sorted(known)}")
        return wanted

    def _signal(self, number: int, sign: int, seconds: float) -> None:
        """Have the nanny of an engine send a signal; without one, send it by proof if the engine is ours."""
        try:
            (answer,) = self.client.send_signal(int(sign), targets=[number], block=False).result(seconds)
            if answer["content"].get("status") != "ok":
                raise ClusterError(str(answer["content"].get("evalue")))
        except Exception as error:  # noqa: BLE001 - the library raises many kinds; each means that it was not reached
            started = self.ours().get(self.uuids().get(number, ""))
            if started is None or not started.proof.send(sign):
                raise ClusterError(
                    f"engine {number} cannot be reached ({error})", where=f"cluster {self.address}"
                ) from None

    def _end_by_proof(self, uuids: set[str]) -> None:
        """Kill engines of ours, with what their tasks started; their nannies tell the controller and end."""
        for record in self.records():
            found = [one for one in record.engines if one.uuid in uuids and record.here]
            # Forgotten first: a guardian that finds all of a record ended takes it to be over.
            self._ledger.drop(record.id, {one.uuid for one in found})
            for one in found:
                kill_with_children(one.proof)

    def _registration(self, event: dict[str, Any]) -> None:
        """Hear of an engine that the controller has given up. Runs in the thread of the client."""
        if event.get("event") == "unregister":
            uuid = str(event.get("uuid") or "")
            the_loop().call_soon_threadsafe(lambda: the_loop().call_later(_GONE_SECONDS, self._forget, uuid))

    def _forget(self, uuid: str) -> None:
        """End an engine that lives on although it was given up, stopped or cut off: it never comes back."""
        for launch in self._launches:
            record = self._ledger.read(launch.record.id)
            for one in record.engines if record else []:
                if one.uuid == uuid and one.proof.lives:
                    kill_with_children(one.proof)

    def _wait_gone(self, chosen: dict[int, str], seconds: float) -> None:
        uuids = set(chosen.values())
        if not self._wait_for(lambda: not uuids & set(self.uuids().values()), seconds):
            left = [number for number, uuid in chosen.items() if uuid in self.uuids().values()]
            raise ClusterError(f"{_listed(left)} did not end within {seconds:g} s", where=f"cluster {self.address}")

    def _wait_for(self, told: Callable[[], bool], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not told():
            if time.monotonic() > until:
                return False
            time.sleep(_PAUSE)
        return True


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


def _listed(numbers: list[int]) -> str:
    return f"engine{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
