"""The ipython scheme: calls run on the engines of an ipyparallel cluster."""

from __future__ import annotations

import contextlib
import logging
import queue
import shutil
import tempfile
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.background import BackgroundThread
from ...core.errors import TreadleError
from ...core.scheme import Capacity, Report
from .nobody import Nobody, Ours, Setup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ...core.worker.call import Call, ValueId
    from ...core.worker.handing import Handed
    from .connecting import Address
    from .session import Session

LEAVE_SECONDS = 4.0
"""In which calls that still run are over, by whatever means, when the scheme is closed."""

_AT_A_TIME = 1000
_LOOK_SECONDS = 0.1


class IPythonScheme:
    """Executes calls on the engines of a cluster. It neither starts nor ends one, but may be told how to.

    ``address`` says where the cluster is, or is a function that starts one and returns where; ``ours`` is what we know
    of it and may do about it. ``files`` is the folder where files that modules return are kept, ``search_path`` where
    modules are looked for. ``environment`` is added to that of the engines, and of ``fallback`` what they have not.

    One thread does all the work: it takes what is asked and what engines say from one inbox. Everything else here only
    hands over.
    """

    name = "ipython"
    runs_here = False

    def __init__(
        self,
        files: Path,
        address: Address | Callable[[], Address],
        search_path: Sequence[Path] = (),
        environment: Mapping[str, str] | None = None,
        *,
        fallback: Mapping[str, str] | None = None,
        ours: Ours | None = None,
    ) -> None:
        self._setup = Setup(
            self.name, address, files, tuple(search_path), dict(environment or {}), dict(fallback or {}), ours or Ours()
        )
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._report: Callable[[Report], None] = lambda _report: None
        self._session: Session | Nobody = Nobody(self._report, "it is not open")
        self._thread: threading.Thread | None = None
        self._closing = False

    @property
    def address(self) -> Address | None:
        """The cluster that is used; None if one is started for it."""
        address = self._setup.address
        return None if callable(address) else address

    def open(self, report: Callable[[Report], None]) -> None:
        """Connect to the cluster and announce how many calls its engines take, once they have answered."""
        self._report = report
        self._folder = Path(tempfile.mkdtemp(prefix="treadle-engines-"))
        self._thread = BackgroundThread(target=self._work, name="treadle-ipython", daemon=True)
        self._thread.start()

    def submit(self, calls: Sequence[Call]) -> None:
        """Hand calls over."""
        self._ask(lambda session: session.submit(calls))

    def stop(self, tasks: Iterable[str]) -> None:
        """End these calls: their modules are told, then interrupted, then killed with their engines."""
        wanted = list(tasks)
        self._ask(lambda session: session.stop(wanted))

    def export(self, values: Iterable[ValueId]) -> None:
        """Make values readable for other processes; each is answered by Exported."""
        wanted = list(values)
        self._ask(lambda session: session.export(wanted))

    def fetch(self, value: ValueId, deadline: float) -> Any:
        """Return a value made here; KeyError if there is none, TimeoutError after ``deadline`` seconds."""
        from ..hosting.parts import loaded

        found: Future[tuple[list[ValueId], list[Handed]]] = Future()
        self._ask(lambda session: session.fetch(value, found))
        parts, handed = found.result(min(deadline, threading.TIMEOUT_MAX))
        return loaded(handed, value, parts)

    def release(self, tasks: Iterable[str]) -> None:
        """Forget the values of these tasks, here and on the engines."""
        wanted = list(tasks)
        self._ask(lambda session: session.release(wanted))

    def close(self, deadline: float) -> None:
        """End all calls and leave the cluster as it was found. May be called twice."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._closing = True
        self._inbox.put(lambda: None)
        thread.join(max(2.0, deadline))
        shutil.rmtree(self._folder, ignore_errors=True)

    # The thread

    def _ask(self, what: Callable[[Session | Nobody], Any]) -> None:
        self._inbox.put(lambda: what(self._session))

    def _work(self) -> None:
        session = self._connected()
        if session is not None:
            try:
                session.begin()
                self._serve(session)
            except Exception as error:
                logging.getLogger(__name__).exception("the scheme of the engines has failed")
                session.crew.abandon(f"a bug in Treadle, please report it: {type(error).__name__}: {error}")
                self._session = Nobody(self._report, f"a bug in Treadle: {error}")
        self._serve(None)
        if session is not None:
            self._leave(session)
        if self._setup.ours.end is not None:
            self._setup.ours.end()

    def _connected(self) -> Session | None:
        from .session import Session

        try:
            session = Session(self._setup, self._folder, self._inbox.put, self._report)
        except Exception as error:  # noqa: BLE001 - whatever it is, other schemes may work
            why = str(error) if isinstance(error, TreadleError) else f"{type(error).__name__}: {error}"
            self._session = Nobody(self._report, why)
            self._report(Capacity(self.name, 0, why=why))
            return None
        self._session = session
        return session

    def _leave(self, session: Session) -> None:
        """End what runs on the engines, tell them that we leave, and let go of the cluster; all in bounded time."""
        end = time.monotonic() + LEAVE_SECONDS
        try:
            session.leave()
            while session.leaves and (left := end - time.monotonic()) > 0:
                with contextlib.suppress(queue.Empty):
                    self._inbox.get(timeout=min(left, _LOOK_SECONDS))()
                session.go_on_leaving()
        except Exception:
            logging.getLogger(__name__).exception("the engines were not left in order")
        session.close()

    def _serve(self, session: Session | None) -> None:
        """Do what is asked and what is due until the scheme is closed."""
        while not self._closing:
            with contextlib.suppress(queue.Empty):
                self._inbox.get(timeout=None if session is None else session.patience())()
                for _ in range(_AT_A_TIME):
                    self._inbox.get_nowait()()
            if session is not None:
                session.carry_on()
