"""The threads scheme: calls run in the threads of one disposable process, and share the values they make."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any

from ...core.scheme import Ended, Report
from ...core.worker.failures import Cause
from ...core.worker.handing import Handed, NotPicklableError, load
from ...core.worker.limits import LIMIT_THREADS
from ...core.worker.machine import cores
from ..hosting.premises import Premises
from ..hosting.watch import Watch
from .calls import NO_HOST
from .dispatcher import Dispatcher
from .parcels import Packer
from .values import HostValues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from ...core.worker.call import Call, ValueId

_SERVE = "treadle.schemes.threads.host:serve"


class ThreadsScheme:
    """Executes calls in the threads of a host process, where each reads what the others made, as it is.

    ``files`` is the folder where files that modules return are kept, ``spare`` where those are that find no room there,
    ``search_path`` where modules are looked for besides where this process does; ``workers`` how many threads there
    are, by default one per core; ``name`` what it is called, if not threads.

    What threads share is theirs to keep in order: the working directory, the environment, and how many cores numeric
    libraries use: all threads together the cores of the machine once, but as many as the largest ``n_procs`` while a
    call runs that has more. CPU time is that of the thread of a call; the peak memory is that of the whole host, and
    told of calls longer than a millisecond.

    A thread cannot be killed. A call that is to be stopped sees ``cancelled()`` and counts as stopped at once; its
    thread is replaced by another one, and its cores count as taken as long as it goes on. If it does so for 5 seconds,
    or 0.25 when nobody waits for another call, its host takes no more calls: a new one does, and reads the values of
    the old one as soon as it needs them, from files. When the other calls of the old host are done it writes the rest
    of its values to files and is killed; only what cannot be pickled is lost.

    When a host dies, the calls that ran are lost, and so are all values that are not small; a new host takes those that
    had not begun. A call that was lost so is then tried in a host of its own, where it harms nobody.

    All that happens in the hosts is taken in by a ``Watch``: in its thread, or in that of who waits for them.
    """

    runs_here = False

    def __init__(
        self,
        files: Path,
        search_path: Sequence[Path] = (),
        workers: int | None = None,
        name: str = "threads",
        spare: Path | None = None,
    ) -> None:
        self.name = name
        self._files, self._search_path, self._spare = files, search_path, spare
        self._threads = workers or cores()
        self._lock = threading.RLock()
        self._packer = Packer()
        self._dispatcher: Dispatcher | None = None
        self._report: Callable[[Report], None] = lambda _report: None

    def open(self, report: Callable[[Report], None]) -> None:
        """Start the host; how many calls it takes is announced when it is there. OSError if there can be none."""
        self._report = report
        premises = self._premises = Premises(self.name)
        try:
            self._values = HostValues(premises.memory, premises.disk)
            setup = premises.setup(self._files, self._search_path, _SERVE, spare=self._spare)
            environment = limits(self._threads)
            dispatcher = Dispatcher(
                self.name, setup, self._values, self._packer.encoder, self._threads, environment, report
            )
        except BaseException:
            premises.close()
            raise
        self._dispatcher = dispatcher
        self.watch = Watch(self.name, dispatcher, self._lock, premises.wake)

    def submit(self, calls: Sequence[Call]) -> None:
        """Send the calls to the host."""
        encoded = []
        for call in calls:
            try:
                encoded.append((call, self._packer.pack(call)))
            except NotPicklableError as error:
                cause = Cause("not picklable", str(error))
                self._report(Ended(call.task, call.attempt, cause, NO_HOST, refused=True))
        with self._lock:
            if self._dispatcher is not None:
                self._dispatcher.submit(encoded)
                self._stir()

    def stop(self, tasks: Iterable[str]) -> None:
        """Let nobody wait for these calls any more; a host that does not get rid of them is replaced in time."""
        with self._lock:
            if self._dispatcher is not None:
                self._dispatcher.stop(tasks)
                self._stir()

    def export(self, values: Iterable[ValueId]) -> None:
        """Have the hosts write these values to files, unless they are small; each is reported."""
        with self._lock:
            if self._dispatcher is not None:
                self._dispatcher.export(values)

    def fetch(self, value: ValueId, deadline: float) -> Any:
        """Return a value made here.

        KeyError if there is none, TimeoutError after ``deadline`` seconds, NotPicklableError if it cannot leave the
        host.
        """
        came = threading.Event()
        found: list[Handed | Cause] = []

        def answer(handed: Handed | Cause) -> None:
            found.append(handed)
            came.set()

        with self._lock:
            if self._dispatcher is None:
                raise KeyError(value)
            try:
                return self._values.small(value)
            except KeyError:
                self._dispatcher.exports.want(value, answer)
                self._dispatcher.exports.flush()
                self._stir()
        # Who attends may be busy elsewhere, or be this very thread.
        self.watch.leave()
        if not came.wait(deadline):
            raise TimeoutError(f"{value[0]} did not hand over {value[1]!r} within {deadline:g} s")
        handed = found[0]
        if not isinstance(handed, Cause):
            return load(handed)
        raise KeyError(value) if handed.kind == "lost contact" else NotPicklableError(handed.message)

    def release(self, tasks: Iterable[str]) -> None:
        """Forget the values of these tasks."""
        with self._lock:
            if self._dispatcher is not None:
                self._dispatcher.release(tasks)
                self._stir()

    def close(self, deadline: float) -> None:
        """End all hosts and all they started; remove what they kept. May be called twice."""
        end = time.monotonic() + max(deadline, 1.0)
        if self._dispatcher is None:
            return
        dispatcher, self._dispatcher = self._dispatcher, None
        self.watch.close(end)
        with self._lock:
            dispatcher.fleet.close(max(0.5, end - time.monotonic()))
            self._values.clear()
        self._premises.close()

    def _stir(self) -> None:
        """Have it looked after what was asked, also if there is no room for what the hosts are told."""
        if self._dispatcher is not None:
            self.watch.stir(anyway=self._dispatcher.fleet.full)


def limits(threads: int) -> dict[str, str]:
    """Return how many threads numeric libraries may start in a host, as far as the user has not said it."""
    share = max(1, cores() // threads)
    return {name: str(share) for name in LIMIT_THREADS if name not in os.environ}
