"""What a node shows to the outside, be it of a module or a group: its inputs and outputs with their types."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ..modules import Module, Port
from ..types import ANY, PortType, list_of, parse_type


class Entry(NamedTuple):
    """A port with its parsed type."""

    port: Port
    type: PortType


UNTYPED = Entry(Port(name="value", optional=True), ANY)
_UNTYPED_INPUT = (UNTYPED,)


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """The ports of a node by name.

    An input of a group stands for all the inner inputs it feeds. ``ends`` and ``origins`` say which plain
    nodes these are; they are empty for a plain node, whose face is shared by all nodes of its module.
    ``required`` are the inputs that need a value. A face that is not ``certain`` belongs to a node of which
    the ports are not known, and has every port.
    """

    label: str
    inputs: dict[str, tuple[Entry, ...]]
    outputs: dict[str, Entry]
    required: tuple[str, ...] = ()
    open_inputs: bool = False
    certain: bool = True
    is_group: bool = False
    ends: dict[str, tuple[str, ...]] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def input(self, name: str) -> tuple[Entry, ...] | None:
        """Return the input called ``name``, None if there is none."""
        found = self.inputs.get(name)
        return _UNTYPED_INPUT if found is None and (self.open_inputs or not self.certain) else found

    def output(self, name: str) -> Entry | None:
        """Return the output called ``name``, None if there is none."""
        found = self.outputs.get(name)
        return UNTYPED if found is None and not self.certain else found


def unknown_face(label: str) -> Face:
    """Return the face of a node whose module is not described."""
    return Face(label, {}, {}, certain=False)


def face_of_module(module: Module) -> Face:
    """Return the face that all nodes of a module share."""
    return Face(
        label=module.label,
        inputs={port.name: (_entry(port),) for port in module.inputs},
        outputs={port.name: _entry(port) for port in module.outputs},
        required=tuple(port.name for port in module.inputs if not port.optional and port.passing != "variadic"),
        open_inputs=module.open_inputs,
    )


def face_of_each(face: Face) -> Face:
    """Return the face of a node that runs once on each engine or host: its outputs are lists of what one run gives."""
    return replace(face, outputs={name: Entry(port, list_of(kind)) for name, (port, kind) in face.outputs.items()})


def _entry(port: Port) -> Entry:
    try:
        return Entry(port, parse_type(port.type))
    except ValueError:
        return Entry(port, ANY)
