"""The serial scheme: each call runs in the calling thread, one after the other, where pdb can reach it."""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import TYPE_CHECKING, Any

from ..core.scheme import Began, Capacity, Ended, Exported, Logged, Place, Progressed, Report, Stopped
from ..core.worker.context import TaskContext
from ..core.worker.execute import Result, execute
from ..core.worker.failures import Cause
from ..core.worker.files import FileStore
from ..core.worker.handing import NotPicklableError, hand_out
from ..core.worker.limits import ThreadLimits
from ..core.worker.machine import cores
from ..core.worker.weight import weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from ..core.worker.call import Call, ValueId
    from ..core.worker.handing import Handed


class SerialScheme:
    """Executes calls where ``submit`` is called; values stay in this process.

    ``files`` is the folder where files that modules return are kept, ``spare`` where those are that find no room there,
    ``search_path`` where modules are looked for besides what Python knows, ``folder`` where values are written that
    another scheme asks for.
    A call cannot be ended here: it has the thread that would do so. It can only be asked to end. Numeric libraries use
    as many threads as in the other schemes, so that their results are the same to the last digit.
    """

    name = "serial"
    runs_here = True

    def __init__(
        self, files: Path, search_path: Sequence[Path] = (), folder: Path | None = None, spare: Path | None = None
    ) -> None:
        self._search_path = search_path
        self._files = FileStore(files, spare)
        self._exported = (files.parent if folder is None else folder) / "exported"
        self._environment: dict[str, str | None] = {}
        self._limits = ThreadLimits(self._set_variable)
        self._place = Place("serial", os.getpid())
        self._stopping: set[str] = set()
        self._values: dict[str, dict[str, Any]] = {}
        self._report: Callable[[Report], None] = lambda _report: None

    def open(self, report: Callable[[Report], None]) -> None:
        """Announce the one place there is."""
        self._report = report
        # At the end: a file beside a pipeline must not stand in for an installed package of the same name.
        sys.path.extend(str(folder) for folder in self._search_path if str(folder) not in sys.path)
        report(Capacity(self.name, 1))

    def submit(self, calls: Sequence[Call]) -> None:
        """Execute the calls, here and now."""
        for call in calls:
            self._execute(call)

    def _execute(self, call: Call) -> None:
        report, task = self._report, call.task
        context = TaskContext(
            lambda fraction, text: report(Progressed(task, fraction, text)),
            lambda line: report(Logged(task, line)),
            lambda: task in self._stopping,
        )
        report(Began(task, call.attempt, self._place))
        self._limits.allow(call.form.n_procs)
        began, cpu = time.perf_counter(), time.process_time()
        result = execute(call, self._value, context, self._files)
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
        size = 0
        if isinstance(result, Result):
            self._values[task] = dict(result.outputs)
            size = sum(map(weight, result.outputs.values()))
        if task in self._stopping and not isinstance(result, Result):
            # It was told to stop, and did so by raising.
            self._stopping.discard(task)
            report(Stopped(task, call.attempt))
            return
        self._stopping.discard(task)
        place, attempt = self._place, call.attempt
        report(Ended(task, attempt, result, place, seconds=seconds, cpu_seconds=cpu_seconds, bytes_out=size))

    def _value(self, value: ValueId) -> Any:
        task, output, place = value
        held = self._values[task][output]
        return held if place < 0 else held[place]

    def stop(self, tasks: Iterable[str]) -> None:
        """Let these calls see that they are to end."""
        self._stopping.update(tasks)

    def export(self, values: Iterable[ValueId]) -> None:
        """Write the values for other processes to read."""
        self._exported.mkdir(mode=0o700, parents=True, exist_ok=True)
        for value in values:
            try:
                handed: Handed | Cause = hand_out(self._value(value), self._exported, self._exported)
            except (KeyError, NotPicklableError, OSError) as error:
                handed = Cause("not picklable", f"the output {value[1]!r} of {value[0]} cannot leave serial: {error}")
            self._report(Exported(value, handed))

    def fetch(self, value: ValueId, deadline: float) -> Any:  # noqa: ARG002 - the value is here
        """Return a value made here; KeyError if there is none."""
        return self._value(value)

    def release(self, tasks: Iterable[str]) -> None:
        """Forget the values of these tasks."""
        for task in tasks:
            self._values.pop(task, None)

    def close(self, deadline: float) -> None:  # noqa: ARG002 - nothing can last
        """Forget all values, and let this process use its cores again."""
        self._values.clear()
        shutil.rmtree(self._exported, ignore_errors=True)
        if self._environment:
            self._limits.lift(cores())
            for name, value in self._environment.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
            self._environment.clear()

    def _set_variable(self, name: str, value: str) -> None:
        self._environment.setdefault(name, os.environ.get(name))
        os.environ[name] = value
