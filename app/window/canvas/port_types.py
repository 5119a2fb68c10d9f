"""The types of the ports of nodes, groups included: what may be connected is judged by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ....core.pipeline import split_endpoint
from ....core.types import ANY, PortType, parse_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....core.modules import Module, Port
    from ....core.pipeline import Body

_MOST_NESTED = 50


class Typed(NamedTuple):
    """The type of a port, with the classes that its class derives from."""

    type: PortType
    bases: tuple[str, ...] = ()
    help: str = ""


UNKNOWN = Typed(ANY)


def typed(port: Port | None) -> Typed:
    """Return the type of a port as a module describes it."""
    if port is None:
        return UNKNOWN
    try:
        return Typed(parse_type(port.type), port.bases, port.help)
    except ValueError:
        return UNKNOWN


def port_described(body: Body, modules: Mapping[str, Module], endpoint: str, *, output: bool) -> Port | None:
    """Return what describes a port; for that of a group, the inner one it stands for."""
    inner: Body = body
    for _ in range(_MOST_NESTED):
        node_id, name = split_endpoint(endpoint)
        node = inner.nodes.get(node_id)
        if node is None:
            return None
        if node.group is None:
            module = modules.get(node.module)
            if module is None:
                return None
            return module.output_ports.get(name) if output else module.input(name)
        inner = node.group
        ends = (node.group.outputs.get(name, ""),) if output else node.group.inputs.get(name, ())
        if not ends or not ends[0]:
            return None
        endpoint = ends[0]
    return None


def port_typed(body: Body, modules: Mapping[str, Module], endpoint: str, *, output: bool) -> Typed:
    """Return the type of a port, ``any`` where nothing is known of it."""
    return typed(port_described(body, modules, endpoint, output=output))


def short(type_: PortType) -> str:
    """Return a type as people say it: without the packages its classes are from."""
    if type_.name == "|":
        return " | ".join(short(part) for part in type_.arguments)
    name = type_.name.rpartition(".")[2]
    return f"{name}[{', '.join(short(part) for part in type_.arguments)}]" if type_.arguments else name
