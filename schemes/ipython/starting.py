"""Starts controllers and engines; a start that fails says why, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ...core.errors import ClusterError, TreadleError
from .connecting import connect, connection_file
from .ending import not_ended
from .guardian import END_SECONDS, Guardian
from .launchers import LAUNCHERS, Ended, Order
from .ledger import Ledger, fingerprint
from .logs import last_lines, new_folder, note_numbers
from .loop import on_loop, within

if TYPE_CHECKING:
    from collections.abc import Callable

    from .connecting import Address, Client
    from .launchers import Launcher
    from .ledger import Record, Started

    Say = Callable[[str, float], None]

START_SECONDS = 60.0
CONNECT_SECONDS = 10.0
_CONTROLLER_PART = 0.4
"""How much of a start is done when the controller is there."""

_SHOWN_LINES = 8
_NOT_INSTALLED = "No module named 'ipyparallel'"
_INSTALL = "Install ipyparallel for its Python, or name another Python"
_NO_PLACE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES}
_PAUSE = 0.02
_SETTLE_SECONDS = 2.0


def silent(_text: str, _fraction: float) -> None:
    """Tell nobody how far a start has got."""


class Launch:
    """What this program starts for a cluster in one go: entered into the ledger, and guarded, before it is there.

    ``say`` is told, again and again, how far a start has got; what it raises gives the start up. With ``record`` it is
    what another program has started, of which this one is the owner now.
    """

    def __init__(
        self,
        address: Address,
        *,
        launcher: str = "local",
        logs: Path | None = None,
        hear: Callable[[Ended], None] = lambda _ended: None,
        say: Say = silent,
        record: Record | None = None,
    ) -> None:
        self.address = address
        self.ledger = Ledger()
        self._hear, self._say = hear, say
        self._launcher: Launcher = LAUNCHERS[launcher]
        self.record = record or self._recorded(launcher, logs)
        self._ends: dict[str, Ended] = {}
        self._starts: dict[str, Started] = {}
        self._library: Any = None
        self._over = False
        self.order: Order | None = None
        self.guardian = Guardian(self.ledger, self.record)

    def _recorded(self, launcher: str, logs: Path | None) -> Record:
        place = self.address.profile_dir, self.address.cluster_id
        return self.ledger.open(*place, launcher, new_folder(*place, logs))

    def started(self, one: Started) -> None:
        """Enter a process into the ledger."""
        self._starts[one.uuid] = one
        if not self.ledger.add(self.record.id, one):
            # Nobody would find it: its record is gone.
            one.proof.send(signal.SIGKILL)
            raise ClusterError(
                "what was started for it has ended meanwhile", where=f"cluster {self.address}", remedy="Start it again"
            )

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

        Whatever happens meanwhile, a failure, an interrupt, or what ``say`` raises: all of it is ended then.
        """
        self.order = order
        end = time.monotonic() + order.seconds
        client: Client | None = None
        try:
            work, what = self._start_controller(order, foreign=foreign), "the start of the controller"
            on_loop(work, _left(end), what, lambda: self._say("starting the controller", 0.0))
            self.guardian.wait_ready(_left(end))
            if not foreign:
                self._wait_for_controller(end)
            client = self._connected(end)
            self.add_engines(order, client, end)
        except BaseException as error:
            if client is not None:
                client.close()
            _let_loop_finish()
            self.end()
            if isinstance(error, Exception):
                raise self._explained(error) from error
            raise
        return client

    def _connected(self, end: float) -> Client:
        seconds = min(CONNECT_SECONDS, _left(end))
        made: list[Client] = []
        given_up = False

        def work() -> Client:
            made.append(connect(self.address, seconds))
            if given_up:
                made[0].close()
            return made[0]

        try:
            # What it takes longer than its own deadline, it says itself.
            return within(seconds + _SETTLE_SECONDS, "the connection to the controller", work, self._connecting)
        except BaseException:
            given_up = True
            for client in made:
                client.close()
            raise

    def _connecting(self) -> None:
        self._say("connecting to the controller", _CONTROLLER_PART)

    def add_engines(self, order: Order, client: Client, end: float, say: Say | None = None) -> list[str]:
        """Start engines, and return their names once the controller knows all; if one fails, none of them is left.

        The same goes for what ``say`` raises.
        """
        if not order.engines:
            return []
        self._say = say or self._say
        before = set(self._starts)
        try:
            on_loop(self._start_engines(order), _left(end), "the start of the engines", self._starting_engines)
            wanted = set(self._starts) - before
            self._wait_for_engines(wanted, order, client, end)
        except BaseException:
            _let_loop_finish()
            for uuid in set(self._starts) - before:
                self._starts[uuid].proof.send(signal.SIGKILL)
            raise
        numbers = {str(client._engines[number]): number for number in list(client._ids)}
        note_numbers(order.logs, {uuid: number for uuid, number in numbers.items() if uuid in wanted})
        return sorted(wanted)

    def _wait_for_engines(self, wanted: set[str], order: Order, client: Client, end: float) -> None:
        while missing := wanted - set(client._engines.values()):
            ready = len(wanted) - len(missing)
            share = _CONTROLLER_PART + (1 - _CONTROLLER_PART) * ready / len(wanted)
            self._say(f"{ready} of {len(wanted)} engines are ready", share)
            if dead := missing & set(self._ends):
                raise self._failed(dead.pop())
            if time.monotonic() > end:
                raise ClusterError(
                    f"{len(missing)} of {order.engines} engines were not ready within {order.seconds:g} s"
                    + self._quoted(missing.pop()),
                    where=f"cluster {self.address}",
                    remedy="Give them more time, or start fewer at once",
                )
            time.sleep(_PAUSE)

    def _starting_engines(self) -> None:
        self._say("starting the engines", _CONTROLLER_PART)

    async def _start_controller(self, order: Order, *, foreign: bool) -> None:
        cluster = self._launcher.prepare(order, self, foreign=foreign)
        self._library = cluster
        if not foreign:
            await cluster.start_controller(**self._launcher.controller_options(order))

    def _wait_for_controller(self, end: float) -> None:
        """Wait until it has told how to connect."""
        files = [connection_file(self.address, kind) for kind in ("client", "engine")]
        while not all(fingerprint(path) and path.read_bytes().rstrip().endswith(b"}") for path in files):
            self._say("waiting for the controller", 0.0)
            if "" in self._ends:
                raise self._failed("")
            if time.monotonic() > end:
                assert self.order is not None
                late = f"the controller was not ready within {self.order.seconds:g} s"
                raise ClusterError(late + self._quoted(""), remedy="Give it more time")
            time.sleep(_PAUSE)
        told = fingerprint(files[0])
        self.ledger.change(self.record.id, lambda now: msgspec.structs.replace(now, connection=told))

    async def _start_engines(self, order: Order) -> None:
        if self._library is None:
            self._library = self._launcher.prepare(order, self, foreign=True)
        self._library.order = order
        await self._library.start_engines(order.engines)

    def mark_left(self, *, left: bool) -> None:
        """Say whether what was started is to live on when this program is gone."""
        self.ledger.change(self.record.id, lambda now: msgspec.structs.replace(now, left_running=left))

    def leave(self) -> None:
        """Let what was started live on by itself."""
        self.mark_left(left=True)
        self._over = True
        self.guardian.leave()

    def end(self, seconds: float = END_SECONDS) -> None:
        """End all that was started; ClusterError if something could not be ended."""
        self._over = True
        until = time.monotonic() + seconds
        self.guardian.close(seconds)
        record = self.ledger.read(self.record.id)
        left = self.ledger.end(record, _left(until)) if record else []
        if left:
            raise not_ended(left, f"cluster {self.address}")
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
        told = self._quoted(uuid)
        remedy = _INSTALL if not told or _NOT_INSTALLED in told else "Mend what its log tells of"
        return ClusterError(f"{who} {how} before it was ready{told}", where=f"cluster {self.address}", remedy=remedy)

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
            remedy = "Make room there, and see that you may write there"
            return ClusterError(f"its files cannot be written: {error.strerror}", where=str(place), remedy=remedy)
        what = f"it cannot be started ({type(error).__name__}: {error})"
        return ClusterError(what, where=where, remedy="See what the settings of its profile say, and try again")


def _let_loop_finish() -> None:
    """Wait until the loop has done what it is about: it may just be starting the next process."""
    with contextlib.suppress(ClusterError):
        on_loop(asyncio.sleep(0), _SETTLE_SECONDS, "a word of the loop")


def _left(end: float) -> float:
    return max(0.1, end - time.monotonic())


def _how(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
