"""What a run leaves behind, and what it finds of earlier ones: its journal, what tasks cost, their results."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import TYPE_CHECKING

from ..core.journal.facts import facts_of
from ..core.journal.learned import Learned, measured
from ..core.journal.recording import Recording
from ..core.places import runs_folder, user_state

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..core.pipeline import Pipeline
    from ..core.planning.plan import Plan, PlanNode
    from ..core.run.executor import Executor
    from ..core.run.records import Listener, RunEvent
    from .options import Options

CLOSE_SECONDS = 10.0


class Keeping:
    """The memory of one run. ``hear`` is to be told of all that happens in it.

    Where something cannot be kept, ``warn`` is told, and the run goes on without it.
    """

    def __init__(
        self, pipeline: Pipeline, plan: Plan, options: Options, listener: Listener, warn: Callable[[str], None]
    ) -> None:
        asked = {name: _plain(value) for name, value in asdict(options).items() if name != "scheme"}
        scheme = options.scheme
        self.recording = Recording(runs_folder(), plan.title, lambda: facts_of(plan, pipeline, scheme, asked), warn)
        self._keys = {node.id: cost_key(node) for node in plan.nodes}
        self._learned = Learned(user_state())
        self.seconds = self._expected(plan)
        self.hear = _both(self.recording.hear, listener)

    def _expected(self, plan: Plan) -> Mapping[int, float]:
        known = self._learned.read(self._keys.values())
        return {node.number: known[key].seconds for node in plan.nodes if (key := self._keys[node.id]) in known}

    def end(self, executor: Executor) -> None:
        """Complete the journal, and learn from what the tasks took."""
        self.recording.close(CLOSE_SECONDS, executor.results.warnings())
        self._learned.learn(measured(executor.records.values(), self._keys))


def cost_key(node: PlanNode) -> str:
    """Return what tasks are remembered by that should cost about the same: the function that they call."""
    function = node.function
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


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | tuple | None) else str(value)
