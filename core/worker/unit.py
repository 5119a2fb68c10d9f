"""Runs a group as one task: its members one after the other, over their inner items, where the task runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .absent import Absent
from .call import Applied, Argument, Call, Given, Items, Labelled, Ref, Target, ValueId
from .context import current_secrets
from .declare import module
from .execute import Result, called, listed
from .failures import MemberError
from .files import placed
from .labels import item_labels

if TYPE_CHECKING:
    from pathlib import Path

Places = Mapping[int, int]
"""The place of an item along each axis."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A direction inside the unit: the items of ``lists`` (member and output), or those written in the pipeline.

    ``labels`` are those of written items, ``sizes`` the lengths of the written lists of a zip.
    """

    label: str
    lists: tuple[tuple[int, str], ...] = ()
    labels: tuple[str, ...] = ()
    sizes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """An input whose value is written in the pipeline; along ``axis`` it is one of several."""

    port: str
    values: tuple[Any, ...]
    axis: int | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """How the items of some axes are collected into one list."""

    axes: tuple[int, ...]
    tolerant: bool
    nested: bool
    with_labels: bool


@dataclass(frozen=True, slots=True)
class Wired:
    """An input fed by a member; ``item`` is the axis along which one item of its list is taken."""

    port: str
    member: int
    output: str
    item: int | None = None
    join: Joined | None = None
    apply: Target | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A node of the unit; ``call`` lacks only the arguments. A ``tolerated`` failure is passed over by joins."""

    name: str
    call: Call
    axes: tuple[int, ...]
    inputs: tuple[Written | Wired, ...]
    merges: bool = False
    tolerated: bool = False


@dataclass(frozen=True, slots=True)
class Program:
    """The members in the order in which they run, the first of them standing for the inputs of the unit."""

    inputs: tuple[str, ...]
    members: tuple[Member, ...]
    axes: tuple[Axis, ...]
    outputs: tuple[tuple[str, tuple[int, str]], ...]

    def placed_in(self, folder: Path) -> Program:
        """Return the program with its relative paths counted from ``folder``."""
        return replace(self, members=tuple(_placed(member, folder) for member in self.members))


def _placed(member: Member, folder: Path) -> Member:
    coerce = member.call.form.coerce
    inputs = tuple(
        replace(entry, values=tuple(placed(value, coerce.get(entry.port, ""), folder) for value in entry.values))
        if isinstance(entry, Written)
        else entry
        for entry in member.inputs
    )
    arguments = {
        port: Given(value.value.placed_in(folder))
        if isinstance(value, Given) and isinstance(value.value, Program)
        else value
        for port, value in member.call.arguments.items()
    }
    return replace(member, inputs=inputs, call=replace(member.call, arguments=arguments))


@dataclass(frozen=True, slots=True)
class Failed:
    """An item that failed where joins pass over it."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class NotTaken:
    """An item without a value, because a branch was not taken: decided by a member with these ``axes``."""

    reason: str
    axes: tuple[int, ...]


@module
def run_unit(program: Program, **inputs: Any) -> dict[str, Any]:
    """Run the members of a group and return its outputs; MemberError tells which of them failed."""
    return _Evaluation(program, inputs).outputs()


class _Evaluation:
    def __init__(self, program: Program, inputs: Mapping[str, Any]) -> None:
        self._program = program
        self._secrets = current_secrets()
        self._results: list[dict[tuple[int, ...], Result | Failed | NotTaken]] = []
        for member in program.members[: len(program.inputs)]:
            self._results.append({(): _given(member, inputs[member.name])})
        for member in program.members[len(program.inputs) :]:
            self._results.append({})
            self._run(member)

    def outputs(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, (number, output) in self._program.outputs:
            value = self._output(number, output, {})
            if isinstance(value, NotTaken):
                found[name] = Absent(value.reason)
            else:
                assert not isinstance(value, Failed), "what is shown outside is not tolerated"
                found[name] = value.outputs[output]
        return found

    # Items

    def _run(self, member: Member) -> None:
        for places, unknown in self._items(member.axes, {}):
            index = tuple(places[axis] for axis in member.axes if axis in places)
            self._results[-1][index] = unknown or self._item(member, places)
            failed = self._results[-1][index]
            if isinstance(failed, Failed) and not member.tolerated:
                error = failed.error
                raise error if isinstance(error, MemberError) else MemberError(self._title(member, places), error)

    def _items(self, axes: tuple[int, ...], places: Places) -> Iterator[tuple[Places, Failed | NotTaken | None]]:
        """Go through the items of axes; the second is not None where they cannot be known."""
        if not axes:
            yield places, None
            return
        labels = self._labels(axes[0], places)
        if isinstance(labels, Failed | NotTaken):
            yield places, labels
            return
        for place in range(len(labels)):
            yield from self._items(axes[1:], {**places, axes[0]: place})

    def _labels(self, number: int, places: Places) -> tuple[str, ...] | Failed | NotTaken:
        axis = self._program.axes[number]
        known: list[tuple[str, ...]] = []
        sizes = list(axis.sizes)
        for source, output in axis.lists:
            found = self._output(source, output, places)
            if isinstance(found, Failed | NotTaken):
                return found
            known.append(found.items[output])
            sizes.append((f"{self._program.members[source].name}.{output}", len(found.items[output])))
        if len({size for _, size in sizes}) > 1:
            return Failed(ValueError(f"{axis.label!r}: {', '.join(f'{name} has {n} items' for name, n in sizes)}"))
        return known[0] if known else axis.labels

    def _at(self, number: int, places: Places) -> Result | Failed | NotTaken:
        """Return what a member gave for an item, or why the items around it are not known."""
        index = tuple(places[axis] for axis in self._program.members[number].axes if axis in places)
        found = self._results[number]
        return next(found[index[:n]] for n in range(len(index), -1, -1) if index[:n] in found)

    def _output(self, number: int, output: str, places: Places) -> Result | Failed | NotTaken:
        found = self._at(number, places)
        if isinstance(found, Result) and output in found.absent:
            return NotTaken(found.absent[output], self._program.members[number].axes)
        return found

    # One call

    def _item(self, member: Member, places: Places) -> Result | Failed | NotTaken:
        values: list[Any] = []
        arguments: dict[str, Argument] = dict(member.call.arguments)
        absent: list[NotTaken] = []
        for entry in member.inputs:
            found = self._argument(entry, places, values)
            if isinstance(found, Failed):
                return found
            if isinstance(found, NotTaken):
                absent.append(found)
            else:
                arguments[entry.port] = found
        if absent and (not member.merges or len(absent) == len(member.inputs)):
            return min(absent, key=lambda one: len(one.axes))

        def fetch(value: ValueId) -> Any:
            return values[value[2]]

        call = replace(member.call, task=self._title(member, places), arguments=arguments)
        try:
            return called(call, fetch, self._secrets)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - told as the failure of this member
            return Failed(MemberError(call.task, error))

    def _title(self, member: Member, places: Places) -> str:
        labels = [self._label(axis, places) for axis in member.axes if axis in places]
        return f"{member.name} ({', '.join(f'{axis} {label}' for axis, label in labels)})" if labels else member.name

    def _label(self, axis: int, places: Places) -> tuple[str, str]:
        labels = self._labels(axis, places)
        known = labels[places[axis]] if isinstance(labels, tuple) else str(places[axis])
        return self._program.axes[axis].label, known

    def _argument(self, entry: Written | Wired, places: Places, values: list[Any]) -> Argument | Failed | NotTaken:
        if isinstance(entry, Written):
            return Given(entry.values[0 if entry.axis is None else places[entry.axis]])
        if entry.join is not None:
            return self._collected(entry, entry.join, places, values)
        found = self._output(entry.member, entry.output, places)
        if not isinstance(found, Result):
            return found
        value = found.outputs[entry.output]
        return _kept(value if entry.item is None else value[places[entry.item]], entry, values)

    def _collected(self, entry: Wired, join: Joined, start: Places, values: list[Any]) -> Argument | Failed | NotTaken:
        found = [unknown or self._output(entry.member, entry.output, p) for p, unknown in self._items(join.axes, start)]
        failed = next((one for one in found if isinstance(one, Failed)), None)
        if failed is not None and not join.tolerant:
            return failed
        absent = [one for one in found if isinstance(one, NotTaken)]
        if absent and len(absent) == len(found) and not any(set(one.axes) & set(join.axes) for one in absent):
            return absent[0]
        return Items(tuple(self._gathered(entry, join, join.axes, start, values)))

    def _gathered(
        self, entry: Wired, join: Joined, axes: tuple[int, ...], places: Places, values: list[Any]
    ) -> list[Argument]:
        if not axes:
            found = self._output(entry.member, entry.output, places)
            if not isinstance(found, Result):
                return []
            kept = _kept(found.outputs[entry.output], entry, values)
            shown = self._program.members[entry.member].axes
            return [Labelled(dict(self._label(axis, places) for axis in shown), kept) if join.with_labels else kept]
        labels = self._labels(axes[0], places)
        count = len(labels) if isinstance(labels, tuple) else 0
        parts = [self._gathered(entry, join, axes[1:], {**places, axes[0]: place}, values) for place in range(count)]
        if join.nested and len(axes) > 1:
            return [Items(tuple(part)) for part in parts]
        return [argument for part in parts for argument in part]


def _given(member: Member, value: Any) -> Result:
    """Return an input of the unit as if a member had made it."""
    if "out" not in member.call.form.split:
        return Result({"out": value}, {}, {}, {}, {})
    items = listed(value, member.name)
    return Result({"out": items}, {"out": item_labels(items)}, {}, {}, {})


def _kept(value: Any, entry: Wired, values: list[Any]) -> Argument:
    """Return an argument that stands for a value which is here already."""
    values.append(value)
    argument = Ref(("", "", len(values) - 1))
    return argument if entry.apply is None else Applied(entry.apply, argument)
