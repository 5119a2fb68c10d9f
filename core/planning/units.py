"""Makes a group that runs as one task: a module with the needs of all its members, and the program it executes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ..errors import PipelineError
from ..modules import Module, Port
from ..pipeline import Connection, Group, Node, Pipeline
from ..run.expansion import value_label
from ..trust import needs_trust
from ..worker import unit
from ..worker.call import Call, Given
from ..worker.declare import Schemes
from .calls import call_form, target_of
from .flatten import IDENTITY, FlatNode, output_of
from .plan import Axis, Constant, Input, Joining, Plan, PlanNode, Swept, Wired

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_INPUT = "input"


def make_unit(pipeline: Pipeline, node: FlatNode, fed: Collection[str]) -> tuple[Module, unit.Program]:
    """Return the module of a group that runs as one task and its program; ``fed`` are the inputs it is given.

    PipelineError if a member is part of a loop, or an output has items that are not joined inside.
    """
    from .make_plan import make_plan

    group = node.node.group
    assert group is not None
    names = [name for name in group.inputs if name in fed]
    inner, entries = _with_inputs(pipeline, group, names)
    try:
        plan = make_plan(inner)
    except PipelineError as error:
        raise PipelineError(error.message, where=node.id, remedy=error.remedy) from None
    program = _Compiler(node.id, inner, plan, entries).program(group.outputs)
    members = [member for member in plan.nodes if member.id not in entries.values()]
    return _needing(node.module, members), program


def _with_inputs(pipeline: Pipeline, group: Group, names: Iterable[str]) -> tuple[Pipeline, dict[str, str]]:
    """Return the group as a pipeline in which a node stands for each of its inputs, and the ids of these."""
    nodes, connections, entries = dict(group.nodes), dict(group.connections), {}
    for name in names:
        entry = name.replace(".", "_").replace("/", "_")
        while entry in nodes:
            entry += "_"
        entries[name] = entry
        nodes[entry] = Node(module=_INPUT)
        connections |= {end: Connection(f"{entry}.out") for end in group.inputs[name]}
    entrance = Module(path=IDENTITY, outputs=(Port(name="out"),))
    modules = {**pipeline.modules, _INPUT: entrance}
    inner = Pipeline(nodes=nodes, connections=connections, modules=modules)
    inner.functions = pipeline.functions
    return inner, entries


def _needing(border: Module, members: list[PlanNode]) -> Module:
    """Return a module that supports what all members support, and asks for the most that one of them asks for."""
    return structs.replace(
        border,
        schemes=common_support(member.module for member in members),
        n_procs=max((member.n_procs for member in members), default=1),
        mem_gb=max((member.mem_gb for member in members), default=0.25),
        cache=all(member.module.cache and member.settings.cache is not False for member in members),
    )


def common_support(modules: Iterable[Module]) -> Schemes:
    """Return the schemes that all of these modules support: those that a group of them supports."""
    declared = [module.schemes for module in modules]
    named = {name for one in declared for name in one.overrides}
    return Schemes(
        threads=all(one.supports("threads") for one in declared),
        processes=all(one.supports("processes") for one in declared),
        ipython=all(one.supports("ipython") for one in declared),
        overrides={name: all(one.supports(name) for one in declared) for name in sorted(named)},
    )


def _joined(join: Joining | None) -> unit.Joined | None:
    return None if join is None else unit.Joined(join.axes, join.tolerant, join.nested, join.with_labels)


class _Compiler:
    """Turns the plan of a group into plain data that a worker can follow."""

    def __init__(self, where: str, inner: Pipeline, plan: Plan, entries: dict[str, str]) -> None:
        self._where = where
        self._inner = inner
        self._plan = plan
        self._entries = {entry: name for name, entry in entries.items()}
        first = [node for node in plan.nodes if node.id in self._entries]
        self._order = [*first, *(node for node in plan.nodes if node.id not in self._entries)]
        self._place = {node.number: place for place, node in enumerate(self._order)}

    def program(self, outputs: dict[str, str]) -> unit.Program:
        """Return the program; ``outputs`` are the ends that each output of the group shows."""
        shown = {name: self._shown(name, end) for name, end in outputs.items()}
        tolerated = self._tolerated({number for number, _ in shown.values()})
        return unit.Program(
            inputs=tuple(self._entries[node.id] for node in self._order if node.id in self._entries),
            members=tuple(self._member(node, tolerated=node.number in tolerated) for node in self._order),
            axes=tuple(map(self._axis, self._plan.axes)),
            outputs=tuple((name, (self._place[number], port)) for name, (number, port) in shown.items()),
        )

    def _shown(self, name: str, end: str) -> tuple[int, str]:
        flat_id, port = output_of(self._inner, end)
        node = self._plan.node(flat_id)
        if node is None:
            raise PipelineError(f"the output {name!r} comes from a disabled node", where=self._where)
        if node.axes:
            label = self._plan.axes[node.axes[-1]].label
            raise PipelineError(
                f"the output {name!r} has a value for each item of {label!r}, but the group runs as one task",
                where=self._where,
                remedy="Join it inside the group, or do not run the group as one unit",
            )
        return node.number, port

    def _tolerated(self, shown: set[int]) -> set[int]:
        """Return the nodes whose failures reach nothing but joins that pass over them."""
        readers = self._plan.tolerances()
        found: set[int] = set()
        for number in range(len(readers) - 1, -1, -1):
            absorbed = all(passes_over or reader in found for reader, passes_over in readers[number])
            if readers[number] and absorbed and number not in shown:
                found.add(number)
        return found

    def _member(self, node: PlanNode, *, tolerated: bool) -> unit.Member:
        entry = node.id in self._entries
        module = self._plan.nodes[node.number].module
        declared_only = not entry and module.in_library and not needs_trust(module)
        form = call_form(node, target_of(node.function, declared_only=declared_only))
        programs = {
            one.port: Given(one.value)
            for one in node.inputs
            if isinstance(one, Constant) and isinstance(one.value, unit.Program)
        }
        inputs = tuple(self._input(node, one) for one in node.inputs if one.port not in programs)
        return unit.Member(
            name=self._entries[node.id] if entry else node.id,
            call=Call(node.id, form, programs),
            axes=node.axes,
            inputs=inputs,
            merges=module.merges,
            tolerated=tolerated,
        )

    def _input(self, node: PlanNode, entry: Input) -> unit.Written | unit.Wired:
        match entry:
            case Constant(port=port, value=value):
                return unit.Written(port, (value,))
            case Swept(port=port, axis=axis, values=values):
                return unit.Written(port, values, axis)
            case Wired() if not entry.source.last:
                source = self._place[entry.source.node]
                apply = None if entry.apply is None else target_of(entry.apply)
                return unit.Wired(entry.port, source, entry.source.output, entry.item, _joined(entry.join), apply)
        raise self._refused(node)

    def _axis(self, axis: Axis) -> unit.Axis:
        lists = tuple((self._place[source.node], source.output) for source in axis.lists)
        return unit.Axis(axis.label, lists, tuple(map(value_label, axis.values)), axis.sizes)

    def _refused(self, node: PlanNode) -> PipelineError:
        return PipelineError(
            f"{node.id!r} belongs to a loop, and a group that holds one cannot run as one unit",
            where=self._where,
            remedy="Let the group be flattened, or let the unit itself fold or repeat",
        )
