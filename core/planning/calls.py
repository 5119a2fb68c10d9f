"""What all calls of a node have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..worker.call import Form, Target, Where

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .plan import Function, Plan, PlanNode


class CallForms:
    """The forms of a plan's calls, by the numbers of their nodes, made as they are asked for; nodes alike share one.

    ``declared_only`` are the nodes whose function must be a declared module, which those that are alike are too;
    ``digested`` the numbers of those whose results are to be digested. Nodes that call the same share its target, so
    that it can be told by its identity.
    """

    def __init__(self, plan: Plan, declared_only: Iterable[str], digested: Iterable[int]) -> None:
        self._nodes, self._alike = plan.nodes, plan.alike
        self._declared = frozenset(declared_only)
        self._digested = frozenset(digested)
        self._forms: dict[tuple[int, bool], Form] = {}
        self._targets: dict[object, Target] = {}

    def __getitem__(self, number: int) -> Form:
        kind = self._alike[number], number in self._digested
        form = self._forms.get(kind)
        if form is None:
            form = self._forms[kind] = self._form(self._nodes[number], digest=kind[1])
        return form

    def _form(self, node: PlanNode, *, digest: bool) -> Form:
        target = target_of(node.function, declared_only=node.id in self._declared)
        key = target.path, target.source, target.name, id(target.live), target.declared_only
        return call_form(node, self._targets.setdefault(key, target), digest=digest)


def target_of(function: Function, *, declared_only: bool = False) -> Target:
    """Return a function of the plan as the worker knows it."""
    return Target(function.path, function.source, function.name, function.live, declared_only)


def call_form(node: PlanNode, target: Target, *, digest: bool = False) -> Form:
    """Return what all calls of one node have in common."""
    module = node.module
    return Form(
        target,
        outputs=module.output_names,
        fields=module.returns == "fields",
        positional=module.positional_names,
        variadic=module.variadic_name,
        coerce=module.coercions,
        mutates=module.mutates,
        split=node.split,
        flags=node.flags,
        n_procs=node.n_procs,
        digest=digest,
        mem_gb=node.mem_gb,
        where=_where(node),
        limited=node.settings.timeout is not None,
    )


def _where(node: PlanNode) -> Where | None:
    placement = node.placement
    if placement is None:
        return None
    return Where(placement.hosts, placement.engines, placement.host_from, placement.once_on)
