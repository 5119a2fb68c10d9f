"""Checks what a node or a module asks for: cores, memory, time, further tries and schemes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..registry.scheme_plugins import scheme_plugins

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..modules import Module
    from ..pipeline import Node
    from .problems import Report

SCHEMES = ("auto", "serial", "threads", "processes", "ipython")
MAX_RETRIES = 1000


def asks(node: Node) -> bool:
    """Say whether a node asks for anything itself; most do not."""
    plain = node.n_procs is None and node.mem_gb is None and node.timeout is None
    return not plain or node.scheme != "auto" or type(node.retries) is not int or node.retries != 0


def check_node(report: Report, where: str, node: Node, module: Module | None) -> None:
    """Note what a node asks for that nobody can give; ``where`` is its place in the pipeline."""
    asked = (("n_procs", node.n_procs), ("mem_gb", node.mem_gb), ("timeout", node.timeout), ("retries", node.retries))
    _check_amounts(report, where, [(name, value) for name, value in asked if value is not None or name == "retries"])
    if node.scheme != "auto":
        _check_scheme(report, f"{where}.scheme", node.scheme, module)


def check_module_requests(report: Report, where: str, module: Module) -> None:
    """Note what a module asks for that nobody can give, and schemes it speaks of that nobody knows."""
    _check_amounts(report, where, (("n_procs", module.n_procs), ("mem_gb", module.mem_gb)))
    for name in module.schemes.overrides:
        if name not in SCHEMES[1:]:
            _unknown(report, f"{where}.schemes.overrides", name, SCHEMES[1:])


def _check_amounts(report: Report, where: str, amounts: Iterable[tuple[str, object]]) -> None:
    for name, value in amounts:
        wanted = _wanted(name, value)
        if wanted:
            shown = repr(value)[:60]
            report.error("value", f"{where}.{name}", f"{name} is {shown}, and must be {wanted}", "Correct the value")


def _wanted(name: str, value: object) -> str:
    """Return what a value should be; empty if it is that."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    number = value if whole or isinstance(value, float) else math.nan
    assert isinstance(number, int | float)
    if name == "n_procs":
        return "" if whole and number >= 0 else "a whole number, 0 or more"
    if name == "retries":
        return "" if whole and 0 <= number <= MAX_RETRIES else f"a whole number from 0 to {MAX_RETRIES}"
    if name == "timeout":
        return "" if 0 < number < math.inf else "a number of seconds above 0"
    return "" if 0 <= number < math.inf else "a number of GB, 0 or more"


def _check_scheme(report: Report, where: str, scheme: object, module: Module | None) -> None:
    if not isinstance(scheme, str):
        report.error("scheme", where, f"the scheme is {scheme!r:.60}, and must be a name", _named(SCHEMES))
    elif scheme not in SCHEMES:
        _unknown(report, where, scheme, SCHEMES)
    elif module is not None and scheme not in {"auto", "serial"} and not module.schemes.supports(scheme):
        report.warning("scheme", where, f"{module.label!r} does not support {scheme}", "Another scheme will be chosen")


def _unknown(report: Report, where: str, scheme: str, known: tuple[str, ...]) -> None:
    if scheme in scheme_plugins():
        return
    # Only a warning: a plug-in or a cluster may have that name elsewhere.
    report.warning("scheme", where, f"the scheme {scheme[:60]!r} is not known here", report.suggest(scheme, known))


def _named(known: tuple[str, ...]) -> str:
    return f"Choose one of {', '.join(known)}"
