"""Checks the descriptions of modules that a pipeline carries, importing nothing that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ModuleLookupError
from ..types import parse_type
from .problems import Report, fault_in_name
from .resource_checks import check_module_requests

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ..modules import Module, Port


def check_module(report: Report, key: str, module: Module, functions: Collection[str]) -> None:
    """Note what is wrong with one module; ``functions`` are the keys of functions given as live objects."""
    where = f"modules.{key}"
    if not module.path and not module.source and key not in functions:
        report.error(
            "no-function",
            where,
            "it has neither an import path nor a source",
            "Place the module again from its function",
        )
    if module.path and module.source:
        report.error("two-functions", where, "it has both an import path and a source", "Keep one of them")
    for side, ports in (("inputs", module.inputs), ("outputs", module.outputs)):
        _check_ports(report, f"{where}.{side}", ports)
    inputs = {port.name for port in module.inputs}
    for name in module.mutates:
        if name not in inputs and not module.open_inputs:
            report.error("no-input", f"{where}.mutates", f"there is no input {name!r}", report.suggest(name, inputs))
    if module.returns == "fields" and not module.outputs:
        report.error("no-output", f"{where}.outputs", "it returns fields, and describes none", "Describe its outputs")
    check_module_requests(report, where, module)
    if module.source and not module.path:
        _check_source(report, where, module)


def _check_ports(report: Report, where: str, ports: Sequence[Port]) -> None:
    seen: set[str] = set()
    for index, port in enumerate(ports):
        place = f"{where}[{index}]"
        fault = fault_in_name(port.name)
        if fault:
            report.error("name", place, f"the name {port.name[:60]!r} {fault}", "Give the port another name")
        if port.name in seen:
            report.error("duplicate", place, f"there are two ports called {port.name[:60]!r}", "Rename one of them")
        seen.add(port.name)
        if port.low is not None and port.high is not None and port.low > port.high:
            report.error("range", place, f"the range {port.low:g} to {port.high:g} is empty", "Swap its ends")
        try:
            parse_type(port.type)
        except ValueError as error:
            report.error("type", f"{place}.type", str(error)[:200], "Write a type such as list[int], or any")


def _check_source(report: Report, where: str, module: Module) -> None:
    from ..describing.source import describe_source

    try:
        found = describe_source(module.source, module.name)
    except ModuleLookupError as error:
        place = f"{error.where}: " if error.where else ""
        report.error("source", f"{where}.source", f"{place}{error.message}", error.remedy)
        return
    for side in ("inputs", "outputs"):
        described = {port.name: port for port in getattr(module, side)}
        actual = {port.name: port for port in getattr(found, side)}
        _compare(report, f"{where}.{side}", described, actual)


def _compare(report: Report, where: str, described: dict[str, Port], actual: dict[str, Port]) -> None:
    remedy = "Read the ports from the source again"
    for name in sorted(described.keys() - actual.keys()):
        report.error("source", where, f"the source does not define the port {name[:60]!r}", remedy)
    for name in sorted(actual.keys() - described.keys()):
        report.error("source", where, f"the port {name!r} of the source is not described", remedy)
    for name, port in actual.items():
        if name in described and described[name].optional != port.optional:
            said, real = ("optional", "required") if described[name].optional else ("required", "optional")
            report.error("source", where, f"{name!r} is described as {said}, and the source says {real}", remedy)
