"""Says before a run on which scheme each node would run, and why, by asking what chooses in a run; runs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..core.planning.make_plan import make_plan
from ..core.planning.plan import sources_of
from ..core.registry.scheme_plugins import known_broken
from ..core.run import events as e
from ..core.run.candidates import candidates
from ..core.run.scheduler import Scheduler
from .keeping import learned_costs
from .options import refuse_senseless, workers_of
from .schemes import known_preference, refuse_unknown_scheme, why_not_enabled
from .session import policy_of, refuse_invalid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ..core.pipeline import Pipeline
    from ..core.planning.plan import Plan, PlanNode
    from ..core.run.candidates import Candidate
    from ..core.run.scheduler import Policy
    from .options import Options


@dataclass(frozen=True)
class NodeReasons:
    """The scheme that a node would be given (empty: none can take it), why, and all there are, in the person's order.

    ``preferred`` is what the node itself asks for.
    """

    node: str
    chosen: str
    reason: str
    candidates: tuple[Candidate, ...]
    preferred: str = "auto"


def explain(
    pipeline: Pipeline, options: Options, nodes: Collection[str] = (), workers: Mapping[str, int] | None = None
) -> list[NodeReasons]:
    """Return it for each node of a pipeline, or only for these, as a run would choose now that begins with all free.

    ``workers`` says how many each scheme has, as far as that is known otherwise than from the options. UsageError or
    PipelineError if the pipeline cannot be run with them at all.
    """
    refuse_senseless(options)
    refuse_invalid(pipeline)
    plan = make_plan(pipeline)
    refuse_unknown_scheme(plan)
    return list(_Foresight(plan, options, workers or {}).of(nodes))


class _Foresight:
    """What is known of a run before it begins: the nodes before a node say where what it reads will be."""

    def __init__(self, plan: Plan, options: Options, workers: Mapping[str, int]) -> None:
        self._plan = plan
        self._learned = learned_costs(plan)
        seconds = {number: cost.seconds for number, cost in self._learned.items()}
        self._policy = policy_of(options, seconds, look_up=False)
        self._passed_over = why_not_enabled(options, self._policy.enabled)
        first = known_preference(options) if options.scheme == "auto" else self._policy.enabled
        self._order = tuple(dict.fromkeys((*first, *self._policy.enabled, *self._passed_over)))
        self._scheduler = Scheduler(plan, self._policy)
        self._scheduler.handle(*_opened(self._policy, options, workers))
        self._chosen: list[str] = []
        self._known: dict[object, tuple[Candidate, ...]] = {}

    def of(self, wanted: Collection[str]) -> Iterator[NodeReasons]:
        for node in self._plan.nodes:
            found = self._of_node(node)
            self._chosen.append(found.chosen)
            if not wanted or node.id in wanted:
                yield found

    def _of_node(self, node: PlanNode) -> NodeReasons:
        choice, estimate = self._scheduler.foresee(node.number, self._made_at(node))
        # Most nodes are like others; the scheduler keeps its choices, and the plan what modules support.
        alike = (id(choice), id(node.module.schemes), node.placement is None, node.settings.scheme, *estimate.values())
        schemes = self._known.get(alike)
        if schemes is None:
            enabled, last_resort = self._policy.enabled, self._policy.last_resort
            found = candidates(node, choice, enabled, self._passed_over, estimate, last_resort)
            schemes = tuple(sorted(found, key=lambda one: self._order.index(one.scheme)))
            if choice.fitting:
                self._known[alike] = schemes
        return NodeReasons(node.id, choice.scheme, choice.reason, schemes, node.settings.scheme)

    def _made_at(self, node: PlanNode) -> list[tuple[str, int]]:
        """Return where what a node reads will be, and its size as far as it is known from earlier runs."""
        numbers = {source.node for entry in node.inputs for source in sources_of(entry)}
        return [
            (self._chosen[number], round(cost.bytes_out) if (cost := self._learned.get(number)) else 0)
            for number in sorted(numbers)
            if number < len(self._chosen)
        ]


def _opened(policy: Policy, options: Options, workers: Mapping[str, int]) -> list[e.Event]:
    """Return what the schemes will tell once they are open."""
    count = {name: workers_of(options, name) for name in policy.enabled} | {"serial": 1} | dict(workers)
    why = {name: known_broken(name) if count[name] else "no engines" for name in policy.enabled}
    count |= {name: 0 for name in policy.enabled if why[name]}
    return [e.SchemeChanged(name, count[name], count[name], why[name]) for name in policy.enabled]
