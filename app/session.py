"""Wires pipelines to schemes: what the command line, the runner and `treadle.run()` have in common."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import signal
import threading
import weakref
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ..core.authoring import NodeHandle
from ..core.collector import collector_paused
from ..core.errors import PipelineError, RefusedError, UsageError, suggestion
from ..core.places import runs_folder
from ..core.planning.make_plan import make_plan
from ..core.run.breakpoints import breakpoints_of
from ..core.run.executor import Executor
from ..core.run.resources import Ledger
from ..core.run.scheduler import Policy
from ..core.trust import needs_trust
from ..core.worker.secrets import Secrets, referenced_names
from .handle import RunHandle
from .interrupts import Interrupts
from .keeping import Keeping
from .listening import until_it_fails
from .options import Options, refuse_senseless, resources_of
from .postponed import Postponed
from .result import RunResult
from .run_folder import RunFolder
from .schemes import Place, enabled_schemes, made_schemes, passed_over, refuse_unknown_scheme, supervisor_ahead
from .search import folder_of, search_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ..core.pipeline import Pipeline
    from ..core.planning.plan import Plan
    from ..core.run.records import Listener
    from ..core.run.scheduler import OnError
    from ..schemes.hosting.ahead import Ahead

CLOSE_SECONDS = 10.0
MOST_OPEN = 3
_ended: list[weakref.ref[Run]] = []
_ended_lock = threading.Lock()


def _warn(text: str) -> None:
    logging.getLogger(__name__).warning("%s", text)


class Run:
    """A run that is prepared: checked, planned, with its schemes; nothing has been executed yet.

    ``files`` is where the files are that its modules return: in its own folder, which goes with it, or in the cache.
    ``warn`` is told, from any thread, of what is lost but does not stop the run; by default the log of this module,
    which Python shows on standard error unless a program sets up logging otherwise. Without ``in_history`` its journal
    goes with its folder.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        options: Options,
        listener: Listener | None = None,
        warn: Callable[[str], None] = _warn,
        *,
        in_history: bool = True,
    ) -> None:
        with collector_at_rest(), contextlib.ExitStack() as undo:
            self.pipeline = pipeline.copy()
            self._hosted, self._options, self._warn = options.hosted, options, warn
            self._ahead = _supervisor_ahead(options)
            if self._ahead is not None:
                undo.callback(self._ahead.close)
            self.plan = checked_plan(self.pipeline, options)
            folder = RunFolder()
            undo.callback(folder.remove)
            self.folder = folder.path
            journals = runs_folder() if in_history else self.folder
            self.keeping = Keeping(self.pipeline, self.plan, options, listener, warn, journals)
            undo.callback(self.keeping.close)
            cached = self.keeping.cached
            takes = cached is not None and cached.cache.takes_files
            self.files = cached.cache.files if cached and takes else self.folder / "files"
            if cached and takes:
                cached.earlier.spare = str(self.folder)
            self.executor = self._executor(options, warn)
            self.keeping.recording.steer(self.executor)
            undo.pop_all()
        self._cleanup = weakref.finalize(self, _clean, self.executor, folder, self.keeping, self._ahead)

    def _executor(self, options: Options, warn: Callable[[str], None]) -> Executor:
        cached = self.keeping.cached
        policy = policy_of(options, self.keeping.seconds, look_up=cached is not None)
        if options.breakpoints:
            policy = replace(policy, breakpoints=breakpoints_of(self.pipeline))
        for text in passed_over(options):
            warn(text)
        environment = referenced_environment(self.pipeline)
        place = Place(self.files, search_path(self.pipeline), self.folder, environment, warn)
        return Executor(
            self.plan,
            made_schemes(options, policy.enabled, place),
            policy,
            folder=folder_of(self.pipeline),
            listener=self.keeping.hear,
            keep_all=options.keep_all,
            declared_only=_declared_only(self.plan),
            earlier=None if cached is None else cached.earlier,
            hide=Secrets(secret_values(self.pipeline)).hide,
        )

    @property
    def id(self) -> str:
        """What the run is called in the journal."""
        return self.keeping.recording.id

    def execute(self) -> RunResult:
        """Run to the end in the calling thread."""
        try:
            self.executor.run()
        finally:
            if self._ahead is not None:
                self._ahead.close()
            self.keeping.end(self.executor)
            gc.unfreeze()
        _settle_older(self)
        return RunResult(self.executor, self.close, self.pipeline, self.keeping.recording.path, self._again)

    def _again(self, node: str) -> RunResult:
        """Run to a node once more for somebody who asks for what was let go of: it is no run of the history."""
        logging.getLogger(__name__).info("computing %s again: its value was let go of", node)
        options = replace(self._options, until=(node,), resume=False)
        return Run(self.pipeline, options, warn=self._warn, in_history=False).execute()

    def cancel(self, nodes: Sequence[str] = (), tasks: Sequence[str] = ()) -> None:
        """Ask to end the run, or only these nodes, groups and tasks; what depends on them is skipped.

        UsageError, with nothing cancelled, if the run has no such node or task.
        """
        meant = [number for node in nodes for number in self._numbers_of(node)]
        for task in tasks:
            if task not in self.executor.records:
                raise UsageError(f"the run has no task {task!r}")
        if not nodes and not tasks:
            self.executor.cancel()
        if meant:
            self.executor.cancel_nodes(meant)
        if tasks:
            self.executor.cancel_tasks(tasks)

    def _numbers_of(self, name: str) -> list[int]:
        """Return the numbers of a node, or of all in a group; UsageError if the run has no such."""
        found = [node.number for node in self.plan.nodes if node.id == name or node.id.startswith(f"{name}/")]
        if not found:
            raise UsageError(
                f"the run has no node {name!r}", remedy=suggestion(name, [node.id for node in self.plan.nodes])
            )
        return found

    def settle(self) -> None:
        """End the schemes, and let go of the cache; the results are then in this process alone.

        They are lost where no code of modules is to come here, with their classes.
        """
        if not self._hosted:
            self.executor.results.settle()
        self.executor.close(CLOSE_SECONDS)
        self.keeping.close()

    def close(self) -> None:
        """End the schemes and remove the run's folder."""
        self._cleanup()


@contextlib.contextmanager
def collector_at_rest() -> Iterator[None]:
    """Make many objects that stay: do not look for garbage among them meanwhile, nor until ``gc.unfreeze``.

    Of a run with ten thousand nodes, to look through them again and again takes a fifth of the time.
    """
    with collector_paused():
        yield
        gc.freeze()


def _settle_older(run: Run) -> None:
    """Let only the newest runs whose results are still in use keep their workers: a session may have hundreds."""
    with _ended_lock:
        _ended.append(weakref.ref(run))
        alive = [ended for one in _ended if (ended := one()) is not None and ended._cleanup.alive]
        _ended[:] = [weakref.ref(ended) for ended in alive[-MOST_OPEN:]]
    for older in alive[:-MOST_OPEN]:
        try:
            older.settle()
        except Exception:
            # The run that has just ended is not to suffer for it.
            logging.getLogger(__name__).exception("the results of an older run cannot be kept")


def _supervisor_ahead(options: Options) -> Ahead | None:
    """Start what workers need while the pipeline is checked; not where all results may be in the cache."""
    refuse_senseless(options)
    enabled, _ = enabled_schemes(options)
    return supervisor_ahead(enabled) if options.cache is False else None


def _clean(executor: Executor, folder: RunFolder, keeping: Keeping, ahead: Ahead | None) -> None:
    with Postponed():
        if ahead is not None:
            ahead.close()
        keeping.close()
        executor.close(CLOSE_SECONDS)
        folder.remove()


def run(
    pipeline: Pipeline,
    scheme: str = "auto",
    n_procs: int | None = None,
    memory_gb: float | None = None,
    on_error: OnError = "continue",
    cache: bool | str | Path = True,  # noqa: FBT001 - as the interface was promised
    until: Iterable[NodeHandle | str] = (),
    **others: Any,
) -> RunResult:
    """Run a pipeline to its end and return the result; failures are in it, and do not raise.

    ``cache`` says whether results of earlier runs may be used and new ones kept, or in which folder. ``others`` are
    the further fields of Options, as ``order="fifo"`` or ``retries=2``. PipelineError if it cannot run as it stands,
    RefusedError if it asks for more than the machine has, UsageError if there is no such option.

    Ctrl-C ends the run in order, with what was finished kept in journal and cache; KeyboardInterrupt is raised then. A
    program that handles the signal in its own way is told as it would be without a run, and gets the cancelled result.
    """
    options = _options(scheme, n_procs, memory_gb, on_error, cache, until, others)
    with contextlib.ExitStack() as undo:
        with Interrupts((signal.SIGINT,), own_process=False) as interrupts:
            interrupts.hold()
            made = Run(pipeline, options)
            undo.callback(made.close)
            interrupts.cancels(made.executor.cancel)
            result = made.execute()
        if interrupts.heard:
            _hand_on_interrupt(made.id)
        undo.pop_all()
    return result


def _hand_on_interrupt(run: str) -> None:
    """Let the program have the Ctrl-C that ended its run."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        raise KeyboardInterrupt(f"run {run} was ended; what it had finished is kept")
    signal.raise_signal(signal.SIGINT)


def start_run(
    pipeline: Pipeline,
    scheme: str = "auto",
    n_procs: int | None = None,
    memory_gb: float | None = None,
    on_error: OnError = "continue",
    cache: bool | str | Path = True,  # noqa: FBT001 - as the interface was promised
    until: Iterable[NodeHandle | str] = (),
    listener: Listener | None = None,
    **others: Any,
) -> RunHandle:
    """Start a run in a thread of its own and return at once.

    ``listener`` hears, in that thread, of all that happens, until it raises: the run goes on without it. Errors are
    raised as by ``run``.
    """
    options = _options(scheme, n_procs, memory_gb, on_error, cache, until, others)
    return RunHandle(Run(pipeline, options, None if listener is None else until_it_fails(listener)))


def _options(
    scheme: str,
    n_procs: int | None,
    memory_gb: float | None,
    on_error: OnError,
    cache: bool | str | Path,  # noqa: FBT001 - see above
    until: Iterable[NodeHandle | str],
    others: Mapping[str, Any],
) -> Options:
    known = {field.name for field in fields(Options)}
    for name in others:
        if name not in known:
            raise UsageError(f"a run has no option {name!r}", remedy=suggestion(name, known))
    if cache == "":
        raise UsageError("cache must be True, False or the name of a folder")
    where = Path(cache) if isinstance(cache, str) else cache
    return Options(scheme, n_procs, memory_gb, on_error, until=_ids(until), cache=where, **others)


def _ids(nodes: Iterable[NodeHandle | str]) -> tuple[str, ...]:
    listed = [nodes] if isinstance(nodes, NodeHandle | str) else nodes
    try:
        return tuple(node.id if isinstance(node, NodeHandle) else node for node in listed)
    except TypeError:
        raise UsageError(f"until must be a node or several, not {nodes!r}") from None


def secret_values(pipeline: Pipeline) -> list[str]:
    """Return what the references to the environment in a pipeline stand for here."""
    return list(referenced_environment(pipeline).values())


def referenced_environment(pipeline: Pipeline) -> dict[str, str]:
    """Return the variables of the environment here that a pipeline refers to, with their values."""
    text = msgspec.json.encode(pipeline, enc_hook=str).decode(errors="replace")
    return {name: os.environ[name] for name in referenced_names(text) if name in os.environ}


def policy_of(options: Options, seconds: Mapping[int, float], *, look_up: bool) -> Policy:
    """Return how a run with these options is scheduled; ``seconds`` are the durations of its nodes, by number."""
    enabled, last_resort = enabled_schemes(options)
    n_procs, gb = resources_of(options)
    return Policy(
        enabled,
        options.order,
        options.on_error,
        n_procs,
        gb,
        retries=options.retries,
        seconds=seconds,
        look_up=look_up,
        last_resort=last_resort,
    )


def checked_plan(pipeline: Pipeline, options: Options) -> Plan:
    """Return what a run with these options would execute; nothing is made yet.

    UsageError, PipelineError or RefusedError if the options make no sense, or the pipeline cannot be run with them.
    """
    refuse_senseless(options)
    enabled_schemes(options)
    refuse_invalid(pipeline)
    for name in options.until:
        pipeline.node(name)
    plan = make_plan(pipeline, options.until)
    refuse_unknown_scheme(plan)
    refuse_too_large(plan, Ledger(*resources_of(options)))
    return plan


def refuse_invalid(pipeline: Pipeline) -> None:
    """Raise PipelineError, with all that is wrong, unless the pipeline can be run."""
    errors = [problem for problem in pipeline.check() if problem.severity == "error"]
    if errors:
        more = f"\n(and {len(errors) - 10} more)" if len(errors) > 10 else ""
        listed = "\n".join(map(str, errors[:10]))
        raise PipelineError(listed + more)


def refuse_too_large(plan: Plan, ledger: Ledger) -> None:
    """Raise RefusedError unless each node fits on the machine when it is alone."""
    for node in plan.unlike:
        if why := ledger.too_large(node):
            raise RefusedError(why, where=node.id, remedy="Lower what the node asks for, or give the run more")


def _declared_only(plan: Plan) -> list[str]:
    """Return the nodes that count as harmless because their module is registered: it must truly be one."""
    return [node.id for node in plan.nodes if node.module.in_library and not needs_trust(node.module)]
