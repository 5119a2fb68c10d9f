"""The scheme of a plug-in, as a run uses it: imported beside the run, and kept from harming it by its mistakes."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from ..core.background import BackgroundThread
from ..core.errors import UsageError
from ..core.handover import note_handover, stated_handover
from ..core.registry.plugins import scheme_maker
from ..core.registry.scheme_plugins import note_broken, why_broken
from ..core.scheme import Capacity, Ended, Exported, Place, Report
from ..core.worker.failures import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TextIO

    from ..core.registry.scheme_plugins import SchemePlugin
    from ..core.scheme import Scheme, SchemeContext
    from ..core.worker.call import Call, ValueId

_REPORTS = get_args(Report)
_one_by_one = threading.Lock()


class PluggedScheme:
    """Passes all on to the scheme of a plug-in, which is imported and opened in a thread of its own.

    What the plug-in raises is told as the scheme's own failure: that it cannot work, or cannot take a call.
    """

    runs_here = False

    def __init__(self, plugin: SchemePlugin, context: SchemeContext) -> None:
        self.name = plugin.name
        self._plugin, self._context = plugin, context
        self._report: Callable[[Report], None] = lambda _report: None
        self._make: Callable[..., Scheme] | None = None
        self._scheme: Scheme | None = None
        self._why = ""
        self._opening: threading.Thread | None = None
        self._closed = False
        self._lock = threading.Lock()

    def load(self) -> None:
        """Import the plug-in, after that was tried elsewhere; UsageError says why it cannot be."""
        self._why = why_broken(self._plugin)
        if not self._why:
            try:
                with _one_by_one, _unheard():
                    self._make = scheme_maker(self._plugin.value)
            except BaseException as error:  # noqa: BLE001 - sys.exit of a plug-in must not end more than its scheme
                self._why = f"importing it failed: {_told(error)}"
                note_broken(self._plugin, self._why)
        if self._why:
            message = f"the scheme {self.name!r} of {self._plugin.origin} cannot be used: {self._why}"
            raise UsageError(message, remedy="treadle plugins lists what is installed, and what of it is broken")

    def open(self, report: Callable[[Report], None]) -> None:
        """Have the scheme imported, made and opened; it tells its capacity, or that it has none."""
        self._report = report
        self._opening = BackgroundThread(target=self._open, name=f"treadle-open-{self.name}", daemon=True)
        self._opening.start()

    def _open(self) -> None:
        try:
            if self._make is None:
                self.load()
            assert self._make is not None
            scheme = self._make(self._context)
            with self._lock:
                if self._closed:
                    return
                self._scheme = scheme
            self._note_handover(scheme)
            scheme.open(self._hear)
        except BaseException as error:  # noqa: BLE001 - see above
            self._report(Capacity(self.name, 0, why=self._why or f"it cannot start: {_told(error)}"))
        if self._closed and self._scheme is not None:
            # It was not waited for any more.
            self._end(self._scheme, 0.0)

    def _note_handover(self, scheme: Scheme) -> None:
        seconds = None
        try:
            seconds = stated_handover(scheme)
        except Exception as error:  # noqa: BLE001 - whatever it is, the scheme can be used all the same
            self._log("does not say what a hand-over costs, and is taken to be as most are: %s", _told(error))
        note_handover(self.name, seconds)

    def _hear(self, report: Report) -> None:
        if isinstance(report, Capacity):
            report = replace(report, scheme=self.name)
        if isinstance(report, _REPORTS):
            self._report(report)
        else:
            self._log("reported %r, which says nothing", report)

    def submit(self, calls: Sequence[Call]) -> None:
        """Hand calls over; those it does not take are told as refused."""
        try:
            self._there().submit(calls)
        except Exception as error:  # noqa: BLE001 - whatever it is, another scheme may take them
            cause = Cause("insufficient resources", f"{self.name} cannot take it: {_told(error)}")
            for call in calls:
                self._report(Ended(call.task, call.attempt, cause, Place(self.name), refused=True))

    def stop(self, tasks: Iterable[str]) -> None:
        """Have calls ended; the run does not wait for ever for those that are not."""
        with self._logged("stop"):
            self._there().stop(tasks)

    def export(self, values: Iterable[ValueId]) -> None:
        """Have values made readable for others."""
        asked = list(values)
        try:
            self._there().export(asked)
        except Exception as error:  # noqa: BLE001 - see above
            for value in asked:
                why = f"the output {value[1]!r} of {value[0]} cannot leave {self.name}: {_told(error)}"
                self._report(Exported(value, Cause("not picklable", why)))

    def fetch(self, value: ValueId, deadline: float) -> Any:
        """Return a value made there."""
        return self._there().fetch(value, deadline)

    def release(self, tasks: Iterable[str]) -> None:
        """Let it forget the values of these tasks."""
        with self._logged("release"):
            self._there().release(tasks)

    def close(self, deadline: float) -> None:
        """End it. One that is still being imported never opens; one that is being opened ends when that is done."""
        end = time.monotonic() + deadline
        with self._lock:
            self._closed = True
        if self._scheme is None or self._opening is None:
            return
        self._opening.join(deadline)
        if not self._opening.is_alive():
            self._end(self._scheme, max(0.0, end - time.monotonic()))

    def _end(self, scheme: Scheme, deadline: float) -> None:
        with self._logged("close"):
            scheme.close(deadline)

    def _there(self) -> Scheme:
        if self._scheme is None:
            raise KeyError(f"the scheme {self.name} is not open")
        return self._scheme

    @contextlib.contextmanager
    def _logged(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the mistake of a plug-in, told where its author looks
            self._log("failed at %s: %s", what, _told(error))

    def _log(self, text: str, *values: object) -> None:
        logging.getLogger(__name__).warning(f"the scheme %s of %s {text}", self.name, self._plugin.origin, *values)


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """Keep what this thread prints from standard output, which may have a document to hold; others go on."""
    before = sys.stdout
    sys.stdout = _Without(before, threading.get_ident())
    try:
        yield
    finally:
        sys.stdout = before


class _Without:
    """A stream for all threads but one."""

    def __init__(self, stream: TextIO, thread: int) -> None:
        self._stream, self._thread = stream, thread

    def write(self, text: str) -> int:
        return len(text) if threading.get_ident() == self._thread else self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
