"""What a run leaves behind, and what it finds of earlier ones: its journal, what tasks cost, their results."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.cache.earlier import CachedResults
from ..core.cache.fingerprints import Fingerprints
from ..core.cache.keys import NodeKeys
from ..core.cache.signing import user_signer
from ..core.cache.store import Cache, default_folder
from ..core.errors import UsageError
from ..core.journal.facts import facts_of
from ..core.journal.learned import Learned, measured
from ..core.journal.listing import list_runs
from ..core.journal.recording import Recording
from ..core.places import runs_folder, user_state
from ..core.worker.digest import FileDigests
from .search import folder_of, search_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..core.journal.learned import Estimate
    from ..core.pipeline import Pipeline
    from ..core.planning.plan import Function, Plan
    from ..core.run.executor import Executor
    from ..core.run.records import Listener, RunEvent
    from .options import Options

CLOSE_SECONDS = 10.0


class Keeping:
    """The memory of one run, with its journal in ``journals``. ``hear`` is to be told of all that happens in it.

    Where something cannot be kept, ``warn`` is told, and the run goes on without it.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        plan: Plan,
        options: Options,
        listener: Listener | None,
        warn: Callable[[str], None],
        journals: Path,
    ) -> None:
        root = resumed_run(pipeline) if options.resume else ""
        asked = asdict(options) | {"resume": root}
        scheme = asked.pop("scheme")
        with contextlib.ExitStack() as undo:
            self.recording = Recording(journals, plan.title, lambda: facts_of(plan, pipeline, scheme, asked), warn)
            undo.callback(self.recording.close, CLOSE_SECONDS)
            self._keys = cost_keys(plan)
            self._learned = Learned(user_state())
            known = self._learned.read(self._keys.values())
            keyed = zip(plan.nodes, self._keys.values(), strict=True) if known else ()
            self.seconds = {node.number: known[key].seconds for node, key in keyed if key in known}
            self.hear = self.recording.hear if listener is None else _both(self.recording.hear, listener)
            self.cached: _Cached | None = None
            if options.cache is not False:
                folder = options.cache if isinstance(options.cache, Path) else default_folder()
                try:
                    self.cached = _Cached(pipeline, plan, folder, root or self.recording.id, warn)
                except UsageError as error:
                    warn(f"the run goes on without the cache: {error}")
            undo.pop_all()

    def end(self, executor: Executor) -> None:
        """Complete the journal, and learn from what the tasks took."""
        if self.cached is not None:
            self.cached.earlier.close()
            self.cached.cache.flush(CLOSE_SECONDS)
        # Meanwhile the journal is written.
        self._learned.learn(measured(executor.records.values(), self._keys))
        self.recording.end(CLOSE_SECONDS, executor.warnings())

    def close(self) -> None:
        """Let go of all; what was found in the cache cannot be read any more. May be called twice."""
        self.recording.close(CLOSE_SECONDS)
        if self.cached is not None:
            self.cached.close()


class _Cached:
    """The cache as one run uses it; ``run`` is the id under which what only counts in this run is kept."""

    def __init__(self, pipeline: Pipeline, plan: Plan, folder: Path, run: str, warn: Callable[[str], None]) -> None:
        signer = user_signer()
        with contextlib.ExitStack() as undo:
            self.cache = Cache(folder, signer, warn=warn)
            undo.callback(self.cache.close, CLOSE_SECONDS)
            self._digests = FileDigests(self.cache.folder / "digests.sqlite")
            undo.callback(self._digests.close)
            keys = NodeKeys(plan, Fingerprints(search_path(pipeline)), signer, self._digests, folder_of(pipeline))
            self.earlier = CachedResults(self.cache, keys, plan, remembered_as(pipeline), run)
            undo.pop_all()

    def close(self) -> None:
        self.cache.close(CLOSE_SECONDS)
        self._digests.close()


def resumed_run(pipeline: Pipeline) -> str:
    """Return the id of the first run that the newest run of this pipeline goes on with, or its own.

    UsageError if there is no run of it, or if it kept nothing.
    """
    name = remembered_as(pipeline)
    runs = list_runs(runs_folder()).readable
    last = next((run for run in runs if name in {run.file, "" if run.file else run.name}), None)
    if last is None:
        raise UsageError("there is no earlier run to resume", where=name)
    if last.options.get("cache") is False:
        raise UsageError(f"run {last.id} kept no results, because it ran without a cache", where=name)
    return str(last.options.get("resume") or last.id)


def remembered_as(pipeline: Pipeline) -> str:
    """Return by what a pipeline is known from one run to the next: its file, or its title."""
    return str(pipeline.file.absolute()) if pipeline.file else pipeline.title


def learned_costs(plan: Plan) -> Mapping[int, Estimate]:
    """Return what tasks of each node took in earlier runs, by its number; of a new one nothing is known."""
    keys = cost_keys(plan)
    known = Learned(user_state()).read(keys.values())
    return {node.number: known[key] for node in plan.nodes if (key := keys[node.id]) in known}


def cost_keys(plan: Plan) -> dict[str, str]:
    """Return for each node by what its tasks are remembered: what those have in common that should cost as much."""
    keys: dict[int, str] = {}
    for node in plan.nodes:
        # Most nodes call what others call too.
        if id(node.function) not in keys:
            keys[id(node.function)] = _cost_key(node.function)
    return {node.id: keys[id(node.function)] for node in plan.nodes}


def _cost_key(function: Function) -> str:
    if function.path:
        return function.path
    if function.live is not None:
        return f"{function.live.__module__}:{getattr(function.live, '__qualname__', type(function.live).__qualname__)}"
    return f"{function.name}@{hashlib.sha256(function.source.encode()).hexdigest()[:24]}"


def _both(one: Listener, other: Listener) -> Listener:
    def hear(event: RunEvent) -> None:
        one(event)
        other(event)

    return hear
