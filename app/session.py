"""Wires pipelines to schemes: what the command line, the runner and `treadle.run()` have in common."""

from __future__ import annotations

import shutil
import signal
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.authoring import NodeHandle
from ..core.errors import PipelineError, RefusedError
from ..core.places import user_modules
from ..core.planning.make_plan import make_plan
from ..core.run.executor import Executor
from ..core.run.resources import Ledger
from ..core.run.scheduler import OnError, Policy
from ..core.trust import code_nodes, needs_trust
from .handle import RunHandle
from .interrupts import Interrupts
from .keeping import Keeping
from .options import Options, resources_of
from .result import RunResult
from .schemes import SCHEMES, enabled_schemes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..core.pipeline import Pipeline
    from ..core.planning.plan import Plan
    from ..core.run.records import Listener

CLOSE_SECONDS = 10.0
RUN_FOLDER = "treadle-run-"


class Run:
    """A run that is prepared: checked, planned, with its schemes; nothing has been executed yet.

    ``warn`` is told, from any thread, of what is lost but does not stop the run.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        options: Options,
        listener: Listener = lambda _event: None,
        warn: Callable[[str], None] = lambda _text: None,
    ) -> None:
        snapshot = pipeline.copy()
        refuse_invalid(snapshot)
        for name in options.until:
            snapshot.node(name)
        self.pipeline = snapshot
        self.plan = make_plan(snapshot, options.until)
        enabled = enabled_schemes(options.scheme)
        n_procs, gb = resources_of(options)
        refuse_too_large(self.plan, Ledger(n_procs, gb))
        self.folder = Path(tempfile.mkdtemp(prefix=RUN_FOLDER))
        self.keeping = Keeping(snapshot, self.plan, options, listener, warn)
        policy = Policy(
            enabled, options.order, options.on_error, n_procs, gb, retries=options.retries, seconds=self.keeping.seconds
        )
        self.executor = Executor(
            self.plan,
            {name: SCHEMES[name](self.folder / "files", search_path(snapshot), n_procs) for name in enabled},
            policy,
            folder=snapshot.file.parent if snapshot.file else Path.cwd(),
            listener=self.keeping.hear,
            keep_all=options.keep_all,
            declared_only=_declared_only(self.plan),
        )
        self.keeping.recording.steer(self.executor)
        self._cleanup = weakref.finalize(self, _clean, self.executor, self.folder, self.keeping)

    @property
    def id(self) -> str:
        """What the run is called in the journal."""
        return self.keeping.recording.id

    def execute(self) -> RunResult:
        """Run to the end in the calling thread."""
        try:
            self.executor.run()
        finally:
            self.keeping.end(self.executor)
        return RunResult(self.executor, self.close, self.pipeline, self.keeping.recording.path)

    def close(self) -> None:
        """End the schemes and remove the run's folder."""
        self._cleanup()


def search_path(pipeline: Pipeline) -> list[Path]:
    """Return where else than Python does to look for modules: beside the file, in the user's folder.

    Beside the file only if it names code of its own, for which it must be trusted: a file from elsewhere shall not
    bring a stand-in for a package that the library looks for in vain.
    """
    beside = [pipeline.file.parent] if pipeline.file and code_nodes(pipeline) else []
    return [*beside, *(folder for folder in (user_modules(),) if folder.is_dir())]


def _clean(executor: Executor, folder: Path, keeping: Keeping) -> None:
    keeping.recording.close(CLOSE_SECONDS)
    executor.close(CLOSE_SECONDS)
    shutil.rmtree(folder, ignore_errors=True)


def run(
    pipeline: Pipeline,
    scheme: str = "auto",
    n_procs: int | None = None,
    memory_gb: float | None = None,
    on_error: OnError = "continue",
    until: Iterable[NodeHandle | str] = (),
) -> RunResult:
    """Run a pipeline to its end and return the result; failures are in it, and do not raise.

    PipelineError if it cannot run as it stands, RefusedError if it asks for more than the machine has.
    """
    made = Run(pipeline, Options(scheme, n_procs, memory_gb, on_error, until=_ids(until)))
    with Interrupts((signal.SIGINT,), own_process=False) as interrupts:
        interrupts.cancel = made.executor.cancel
        return made.execute()


def start_run(
    pipeline: Pipeline,
    scheme: str = "auto",
    n_procs: int | None = None,
    memory_gb: float | None = None,
    on_error: OnError = "continue",
    until: Iterable[NodeHandle | str] = (),
    listener: Listener = lambda _event: None,
) -> RunHandle:
    """Start a run in a thread of its own and return at once.

    ``listener`` hears, in that thread, of all that happens. Errors are raised as by ``run``.
    """
    options = Options(scheme, n_procs, memory_gb, on_error, until=_ids(until))
    return RunHandle(Run(pipeline, options, listener))


def _ids(nodes: Iterable[NodeHandle | str]) -> tuple[str, ...]:
    listed = [nodes] if isinstance(nodes, NodeHandle | str) else nodes
    return tuple(node.id if isinstance(node, NodeHandle) else node for node in listed)


def refuse_invalid(pipeline: Pipeline) -> None:
    """Raise PipelineError, with all that is wrong, unless the pipeline can be run."""
    errors = [problem for problem in pipeline.check() if problem.severity == "error"]
    if errors:
        more = f"\n(and {len(errors) - 10} more)" if len(errors) > 10 else ""
        listed = "\n".join(map(str, errors[:10]))
        raise PipelineError(listed + more)


def refuse_too_large(plan: Plan, ledger: Ledger) -> None:
    """Raise RefusedError unless each node fits on the machine when it is alone."""
    for node in plan.nodes:
        if why := ledger.too_large(node):
            raise RefusedError(why, where=node.id, remedy="Lower what the node asks for, or give the run more")


def _declared_only(plan: Plan) -> list[str]:
    """Return the nodes that count as harmless because their module is registered: it must truly be one."""
    return [node.id for node in plan.nodes if node.module.in_library and not needs_trust(node.module)]
