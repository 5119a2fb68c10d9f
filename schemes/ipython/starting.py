"""Starts controllers and engines; a start that fails says why, and leaves nothing behind."""

from __future__ import annotations

import errno
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ...core.errors import ClusterError, TreadleError
from .connecting import connect, connection_file
from .guardian import END_SECONDS, Guardian
from .launchers import LAUNCHERS, Ended, Order
from .ledger import Ledger, fingerprint
from .logs import last_lines, new_folder, note_numbers
from .loop import on_loop

if TYPE_CHECKING:
    from collections.abc import Callable

    from .connecting import Address, Client
    from .launchers import Launcher
    from .ledger import Record, Started

START_SECONDS = 60.0
_SHOWN_LINES = 8
_NO_PLACE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES}
_PAUSE = 0.02
_SETTLE_SECONDS = 2.0


class Launch:
    """What this program starts for a cluster in one go: entered into the ledger, and guarded, before it is there."""

    def __init__(
        self,
        address: Address,
        *,
        launcher: str = "local",
        logs: Path | None = None,
        hear: Callable[[Ended], None] = lambda _ended: None,
    ) -> None:
        self.address = address
        self.ledger = Ledger()
        self._hear = hear
        self._launcher: Launcher = LAUNCHERS[launcher]
        folder = new_folder(address.profile_dir, address.cluster_id, logs)
        self.record: Record = self.ledger.open(address.profile_dir, address.cluster_id, launcher, folder)
        self._ends: dict[str, Ended] = {}
        self._starts: dict[str, Started] = {}
        self._library: Any = None
        self._over = False
        self.order: Order | None = None
        self.guardian = Guardian(self.ledger, self.record)

    def started(self, one: Started) -> None:
        """Enter a process into the ledger."""
        self._starts[one.uuid] = one
        if not self.ledger.add(self.record.id, one):
            raise ClusterError("what was started for it has ended meanwhile", where=f"cluster {self.address}")

    @property
    def stands(self) -> bool:
        """Whether more can be started with it: it is still in the ledger, and guarded."""
        return self.guardian.lives and self.ledger.read(self.record.id) is not None

    def ended(self, one: Ended) -> None:
        """Note that a process has ended, and tell whoever listens."""
        self._ends[one.uuid] = one
        if one.role == "engine" and not self._over:
            self.ledger.drop(self.record.id, {one.uuid})
        self._hear(one)

    def start(self, order: Order, *, foreign: bool) -> Client:
        """Start what was ordered and return a client once it is ready; ClusterError says why that was not to be.

        Whatever happens meanwhile, a failure or an interrupt: all of it is ended then.
        """
        self.order = order
        end = time.monotonic() + order.seconds
        client: Client | None = None
        try:
            on_loop(self._start_controller(order, foreign=foreign), _left(end), "the start of the controller")
            self.guardian.wait_ready(_left(end))
            if not foreign:
                self._wait_for_controller(end)
            client = connect(self.address, min(10.0, _left(end)))
            self.add_engines(order, client, end)
        except BaseException as error:
            if client is not None:
                client.close()
            self.end()
            if isinstance(error, Exception):
                raise self._explained(error) from error
            raise
        return client

    def add_engines(self, order: Order, client: Client, end: float) -> list[str]:
        """Start engines, and return their names once the controller knows all; if one fails, none of them is left."""
        if not order.engines:
            return []
        before = set(self._starts)
        try:
            on_loop(self._start_engines(order), _left(end), "the start of the engines")
            wanted = set(self._starts) - before
            self._wait_for_engines(wanted, order, client, end)
        except BaseException:
            for uuid in set(self._starts) - before:
                self._starts[uuid].proof.send(signal.SIGKILL)
            raise
        numbers = {str(client._engines[number]): number for number in list(client._ids)}
        note_numbers(order.logs, {uuid: number for uuid, number in numbers.items() if uuid in wanted})
        return sorted(wanted)

    def _wait_for_engines(self, wanted: set[str], order: Order, client: Client, end: float) -> None:
        while missing := wanted - set(client._engines.values()):
            if dead := missing & set(self._ends):
                raise self._failed(dead.pop())
            if time.monotonic() > end:
                raise ClusterError(
                    f"{len(missing)} of {order.engines} engines were not ready within {order.seconds:g} s"
                    + self._quoted(missing.pop()),
                    where=f"cluster {self.address}",
                )
            time.sleep(_PAUSE)

    async def _start_controller(self, order: Order, *, foreign: bool) -> None:
        cluster = self._launcher.prepare(order, self, foreign=foreign)
        self._library = cluster
        if not foreign:
            await cluster.start_controller(**self._launcher.controller_options(order))

    def _wait_for_controller(self, end: float) -> None:
        """Wait until it has told how to connect."""
        files = [connection_file(self.address, kind) for kind in ("client", "engine")]
        while not all(fingerprint(path) and path.read_bytes().rstrip().endswith(b"}") for path in files):
            if "" in self._ends:
                raise self._failed("")
            if time.monotonic() > end:
                raise ClusterError("the controller was not ready in time" + self._quoted(""))
            time.sleep(_PAUSE)
        told = fingerprint(files[0])
        self.ledger.change(self.record.id, lambda now: msgspec.structs.replace(now, connection=told))

    async def _start_engines(self, order: Order) -> None:
        if self._library is None:
            self._library = self._launcher.prepare(order, self, foreign=True)
        self._library.order = order
        await self._library.start_engines(order.engines)

    def leave(self) -> None:
        """Let what was started live on by itself."""
        self.ledger.change(self.record.id, lambda now: msgspec.structs.replace(now, left_running=True))
        self._over = True
        self.guardian.leave()

    def end(self, seconds: float = END_SECONDS) -> None:
        """End all that was started; ClusterError if something could not be ended."""
        self._over = True
        self.guardian.close()
        record = self.ledger.read(self.record.id)
        left = record.end(seconds) if record else []
        if left:
            listed = ", ".join(f"{proof.pid} ({proof.command[:60]})" for proof in left)
            raise ClusterError(f"these processes cannot be ended: {listed}", where=f"cluster {self.address}")
        self.ledger.remove(self.record.id)
        self._settle()

    def _settle(self) -> None:
        """Let the library hear of the ends, so that it writes no file about this cluster afterwards."""
        end = time.monotonic() + _SETTLE_SECONDS
        while set(self._starts) - set(self._ends) and time.monotonic() < end:
            time.sleep(_PAUSE)

    def _failed(self, uuid: str) -> ClusterError:
        ended = self._ends[uuid]
        how = "ended" if ended.code is None else _how(ended.code)
        who = "an engine" if ended.role == "engine" else "the controller"
        return ClusterError(f"{who} {how} before it was ready" + self._quoted(uuid), where=f"cluster {self.address}")

    def _quoted(self, uuid: str) -> str:
        """Return what a process wrote last, as a person wants to read it."""
        started = self._starts.get(uuid)
        path = Path(started.log) if started else Path(self.record.logs) / "controller.log"
        lines = last_lines(path, _SHOWN_LINES)
        return f"; its log {path} ends with:\n" + "\n".join(f"    {line}" for line in lines) if lines else ""

    def _explained(self, error: Exception) -> TreadleError:
        where = f"cluster {self.address}"
        if isinstance(error, TreadleError):
            return ClusterError(error.message, where=error.where or where, remedy=error.remedy)
        if isinstance(error, OSError) and error.errno in _NO_PLACE:
            place = error.filename or self.address.profile_dir / "security"
            return ClusterError(f"its files cannot be written: {error.strerror}", where=str(place))
        return ClusterError(f"it cannot be started ({type(error).__name__}: {error})", where=where)


def _left(end: float) -> float:
    return max(0.1, end - time.monotonic())


def _how(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
