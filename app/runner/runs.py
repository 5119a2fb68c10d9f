"""The runs that go on in a runner: begun, steered and told of."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import asdict

from ...core.background import BackgroundThread
from ...core.errors import RefusedError, TreadleError, UsageError, suggestion
from ...core.protocol import PlannedNode, RunOver, RunStarted, TaskDetails, Warned
from ..keeping import remembered_as
from ..options import Options
from ..scheme_options import SchemeOptions
from ..session import CLOSE_SECONDS, Run
from .documents import code_in, is_trusted
from .feed import RunFeed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from ...core.pipeline import Pipeline
    from ...core.protocol import Message, RunOptions
    from ...core.run.records import RunEvent
    from ..result import RunResult

END_SECONDS = 4.0
"""Within this time the runs of a runner that has lost its window are cancelled; then their workers are ended."""


class UntrustedError(RefusedError):
    """The pipeline holds code that nobody here has trusted; it runs as soon as somebody does."""


class Going:
    """One run: its thread, its feed, and in the end its result."""

    def __init__(self, run: Run, send: Callable[[Message], None], warnings: _Warnings) -> None:
        self.run, self.warnings = run, warnings
        self._send = send
        self._result: RunResult | None = None
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._then: Callable[[], None] | None = None
        self.feed = RunFeed(run.id, send)

    def begin(self) -> None:
        """Execute it, in a thread of its own."""
        BackgroundThread(target=self._execute, name="treadle-run", daemon=True).start()

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._over.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for its end; say whether it came."""
        return self._over.wait(max(0.0, seconds))

    def when_over(self, then: Callable[[], None]) -> None:
        """Have something done once it is over: now, or in its thread."""
        with self._lock:
            if not self.over:
                self._then = then
                return
        then()

    def _execute(self) -> None:
        message = ""
        try:
            self._result = self.run.execute()
        except TreadleError as error:
            message = str(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the window must be told that the run is over
            message = f"a bug in Treadle ({type(error).__name__}: {error}); please report it"
        self.feed.close()
        state = "failed" if message else self.run.executor.scheduler.state.value
        warnings = () if self._result is None else tuple(self._result.warnings)
        over = RunOver(
            run=self.run.id,
            state=state,
            seconds=self.feed.seconds,
            states=self.feed.states(),
            warnings=warnings,
            message=message,
        )
        # A window that hears of the end may let go of the run at once.
        with self._lock:
            self._over.set()
            then = self._then
        self._send(over)
        if then is not None:
            then()


class Runs:
    """All runs of a runner; ``send`` is told what happens, from their threads."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._runs: dict[str, Going] = {}
        self._closed = False
        self._lock = threading.Lock()

    def prepare(self, pipeline: Pipeline, options: RunOptions, *, trust: bool) -> RunStarted:
        """Make a run that ``begin`` begins.

        UntrustedError if it holds code that nobody has trusted, and what ``session.Run`` raises.
        """
        if not trust and (code := code_in(pipeline)) and not is_trusted(pipeline):
            raise UntrustedError(
                f"it can run code or write files ({code[0].place}: {code[0].what}"
                f"{f' and {len(code) - 1} more' if len(code) > 1 else ''}), and is not trusted here",
                where=str(pipeline.file or pipeline.title),
                remedy="Look at it, then trust it",
            )
        held: list[RunFeed] = []
        warnings = _Warnings(self._send)
        run = Run(pipeline, options_of(options), lambda event: _hear(held, event), warnings.hear)
        going = Going(run, self._send, warnings)
        held.append(going.feed)
        with self._lock:
            closed = self._closed
            self._runs[run.id] = going
        if closed:
            going.feed.close()
            run.close()
            raise UsageError("the runner ends", remedy="Start it again")
        nodes = tuple(
            PlannedNode(node=node.id, axes=tuple(run.plan.axes[axis].label for axis in node.axes))
            for node in run.plan.nodes
        )
        return RunStarted(run=run.id, journal=str(run.keeping.recording.path), nodes=nodes)

    def begin(self, name: str) -> None:
        """Begin a run that was prepared, unless the runner ends; its news come from now on."""
        going = self._going(name)
        going.warnings.tell(name)
        with self._lock:
            if not self._closed:
                going.begin()

    def pause(self, name: str) -> None:
        """Start nothing new in a run; UsageError if there is none of this name."""
        self._going(name).run.executor.pause()

    def resume(self, name: str, breakpoints: tuple[str, ...] = ()) -> None:
        """Let a run go on after a pause, or at these breakpoints; UsageError if there is none of this name."""
        executor = self._going(name).run.executor
        if breakpoints:
            executor.pass_breakpoints(breakpoints)
        else:
            executor.resume()

    def cancel(self, name: str, nodes: Iterable[str], tasks: Iterable[str]) -> None:
        """Ask to end a run, or only these nodes and tasks; UsageError if it has no such run, node or task."""
        self._going(name).run.cancel(tuple(nodes), tuple(tasks))

    def task(self, name: str, task: str) -> TaskDetails:
        """Return all that is known of a task; UsageError if there is no such run or task."""
        record = self._going(name).run.executor.records.get(task)
        if record is None:
            raise UsageError(f"the run has no task {task!r}")
        cause = record.cause
        return TaskDetails(
            task=task,
            cause="" if cause is None else cause.message,
            traceback="" if cause is None else cause.traceback,
            previews={port: dict(preview) for port, preview in record.previews.items()},
        )

    def run_of(self, name: str) -> Run:
        """Return a run by its name; UsageError if there is none."""
        return self._going(name).run

    def newest_of(self, pipeline: Pipeline) -> Run | None:
        """Return the newest run of a pipeline that is over and was not forgotten; None if there is none."""
        name = remembered_as(pipeline)
        with self._lock:
            going = list(self._runs.values())
        return next((one.run for one in reversed(going) if one.over and remembered_as(one.run.pipeline) == name), None)

    def forget(self, name: str, *, when_over: bool = False) -> None:
        """Let go of a run that is over, or ``when_over``; UsageError if it goes on, or if there is none."""
        going = self._going(name)
        if not when_over and not going.over:
            raise UsageError("the run goes on", where=name, remedy="Cancel it first")
        going.when_over(lambda: self._let_go(name))

    def _let_go(self, name: str) -> None:
        with self._lock:
            going = self._runs.pop(name, None)
        if going is not None:
            going.run.close()

    def wait(self) -> None:
        """Wait until all runs are over, however long that takes; they wait for no person any more."""
        for going in self._all():
            going.run.executor.pass_breakpoints()
            going.run.executor.resume()
        for going in self._all():
            while not going.wait(60.0):
                pass

    def close(self, seconds: float = END_SECONDS) -> None:
        """Cancel what goes on, and end all workers, those of all runs at once; nothing begins any more."""
        with self._lock:
            self._closed = True
        self.end([going.run.id for going in self._all()], seconds)

    def end(self, names: Collection[str], seconds: float = END_SECONDS) -> None:
        """Cancel these runs, and end their workers."""
        end = time.monotonic() + seconds
        chosen = [going for going in self._all() if going.run.id in names]
        for going in chosen:
            going.run.executor.cancel()
        ending = [BackgroundThread(target=_end, args=(going, end), name="treadle-end", daemon=True) for going in chosen]
        for thread in ending:
            thread.start()
        for thread in ending:
            thread.join(max(0.0, end - time.monotonic()) + CLOSE_SECONDS)

    def going_on(self) -> list[Going]:
        """Return the runs that are not over."""
        return [going for going in self._all() if not going.over]

    def _all(self) -> list[Going]:
        with self._lock:
            return list(self._runs.values())

    def _going(self, name: str) -> Going:
        with self._lock:
            found = self._runs.get(name)
            known = list(self._runs)
        if found is None:
            raise UsageError(f"there is no run {name!r} here", remedy=suggestion(name, known))
        return found


def _end(going: Going, end: float) -> None:
    going.wait(end - time.monotonic())
    going.run.close()


class _Warnings:
    """What is warned of while a run is prepared is told with its name, once it has one."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._run = ""
        self._held: list[str] = []

    def hear(self, text: str) -> None:
        with self._lock:
            if not self._run:
                self._held.append(text)
                return
        self._send(Warned(text=text, run=self._run))

    def tell(self, run: str) -> None:
        with self._lock:
            self._run = run
            held, self._held = self._held, []
        for text in held:
            self._send(Warned(text=text, run=run))


def _hear(feed: list[RunFeed], event: RunEvent) -> None:
    # A run tells nothing before it is begun, and by then there is a feed.
    for one in feed:
        one.hear(event)


def options_of(asked: RunOptions) -> Options:
    """Return what a run is told by what a window asks for; no module runs in this process."""
    return Options(
        scheme=asked.scheme,
        n_procs=asked.n_procs or None,
        memory_gb=asked.memory_gb or None,
        on_error=cast("Any", asked.on_error),
        order=asked.order,
        retries=asked.retries,
        until=asked.until,
        cache=Path(asked.cache_folder) if asked.cache and asked.cache_folder else asked.cache,
        resume=asked.resume,
        hosted=True,
        preference=asked.preference,
        settings={name: SchemeOptions(**asdict(one)) for name, one in asked.settings.items()},
        breakpoints=asked.breakpoints,
    )
