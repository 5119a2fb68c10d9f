"""Checks what is set on one node: its parameters and sweeps, and how it is mapped, repeated and placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..types import fits
from .parameters import fault_in_value, is_reference
from .problems import Report, fault_in_name

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..pipeline import Node
    from .faces import Entry, Face


KnownValues = set[tuple[int, type]]
"""Ports, by the identity of their entries, and the classes of which any value may enter them."""

_ALIKE = frozenset({bool, int, float, str})
"""Classes whose values all fit where one does, unless there are choices or a range."""


def check_parameters(
    report: Report, path: str, node: Node, face: Face, connected: Collection[str], known: KnownValues
) -> None:
    """Note parameters and swept values that do not exist or do not fit; ``connected`` ones are overridden."""
    for name, value in node.params.items():
        if (id(face.inputs.get(name)), type(value)) not in known:
            _check_value(report, f"nodes.{path}.params.{name}", face, name, value, known)
        if name not in connected and name not in node.sweeps:
            continue
        where = f"nodes.{path}.params.{name}"
        if name in connected:
            report.warning(
                "set-twice",
                where,
                f"{name!r} is set and connected; the connection wins",
                "Clear the parameter",
            )
        else:
            report.warning("set-twice", where, f"{name!r} is set and swept; the sweep wins", "Clear the parameter")
    if node.sweeps:
        _check_sweeps(report, path, node, face, connected, known)


def _check_sweeps(
    report: Report, path: str, node: Node, face: Face, connected: Collection[str], known: KnownValues
) -> None:
    for name, sweep in node.sweeps.items():
        where = f"nodes.{path}.sweeps.{name}"
        if name in connected:
            report.warning(
                "set-twice", where, f"{name!r} is swept and connected; the connection wins", "Clear the sweep"
            )
        if not sweep.values:
            report.warning("empty-sweep", where, "the sweep has no values, so nothing runs", "Give it values")
        if face.input(name) is None:
            _no_input(report, where, face, name)
            continue
        _check_axis(report, where, sweep.axis)
        entries = id(face.inputs.get(name))
        for index, value in enumerate(sweep.values):
            if (entries, type(value)) not in known:
                _check_value(report, f"{where}[{index}]", face, name, value, known)


def _check_value(report: Report, where: str, face: Face, name: str, value: object, known: KnownValues) -> None:
    entries = face.input(name)
    if entries is None:
        _no_input(report, where, face, name)
        return
    for port, port_type in entries:
        fault = fault_in_value(port, port_type, value)
        if fault:
            report.error("value", where, fault, "Correct the value")
            return
    if type(value) in _ALIKE and not is_reference(value) and name in face.inputs and not any(map(_narrow, entries)):
        known.add((id(face.inputs[name]), type(value)))


def _narrow(entry: Entry) -> bool:
    """Say whether a port takes only some of the values of its type."""
    return bool(entry.port.choices) or entry.port.low is not None or entry.port.high is not None


def _no_input(report: Report, where: str, face: Face, name: str) -> None:
    report.error(
        "no-input",
        where,
        f"{face.label[:100]!r} has no input {name[:100]!r}",
        report.suggest(name, face.inputs),
    )


def _no_output(report: Report, where: str, face: Face, name: str) -> None:
    report.error(
        "no-output",
        where,
        f"{face.label[:100]!r} has no output {name[:100]!r}",
        report.suggest(name, face.outputs),
    )


def _check_axis(report: Report, where: str, label: str | None) -> None:
    fault = fault_in_name(label) if label is not None else ""
    if label is not None and fault:
        report.error("name", f"{where}.axis", f"the name {label[:60]!r} {fault}", "Rename the axis")


def check_settings(report: Report, path: str, node: Node, face: Face, lists: Collection[str]) -> None:
    """Note mistakes in zips, loops and placement; ``lists`` are the zipped inputs that are fed."""
    _check_zips(report, path, node, face, lists)
    if node.fold and node.repeat:
        report.error(
            "two-loops",
            f"nodes.{path}.fold",
            "a node folds or repeats, not both",
            "Put one of them in a group",
        )
    if node.fold:
        _check_axis(report, f"nodes.{path}.fold", node.fold.axis)
        _check_feedback(report, f"nodes.{path}.fold", face, node.fold.port, node.fold.output)
    if node.repeat:
        where = f"nodes.{path}.repeat"
        for name, output in node.repeat.feedback.items():
            _check_feedback(report, f"{where}.feedback.{name}", face, name, output)
        if face.output(node.repeat.again) is None:
            _no_output(report, f"{where}.again", face, node.repeat.again)
    if node.placement and node.placement.host_from and face.input(node.placement.host_from) is None:
        _no_input(report, f"nodes.{path}.placement.host_from", face, node.placement.host_from)


def _check_zips(report: Report, path: str, node: Node, face: Face, lists: Collection[str]) -> None:
    seen: set[str] = set()
    for index, zipping in enumerate(node.zips):
        where = f"nodes.{path}.zips[{index}]"
        _check_axis(report, where, zipping.axis)
        for name in zipping.ports:
            if face.input(name) is None:
                _no_input(report, where, face, name)
            elif name in seen:
                report.error("zip", where, f"{name!r} is zipped twice", "Remove it from one of the zips")
            elif name not in lists:
                report.error("zip", where, f"{name!r} has no list to step through", "Connect it, or sweep it")
            seen.add(name)


def _check_feedback(report: Report, where: str, face: Face, name: str, output: str) -> None:
    entries, origin = face.input(name), face.output(output)
    if entries is None:
        _no_input(report, where, face, name)
    if origin is None:
        _no_output(report, where, face, output)
    for port, port_type in entries or ():
        if origin is not None and not fits(origin.type, port_type, origin.port.bases):
            message = f"{output!r} gives {origin.type}, which does not fit {port.name!r} ({port_type})"
            report.error("type", where, message, "Feed back another output")
