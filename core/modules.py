"""A module: the description of a function that can be placed in a pipeline, as data."""

from __future__ import annotations

from functools import cache, cached_property
from typing import Annotated, Any, Literal

from msgspec import NODEFAULT, Meta, Struct, structs

from .types import alternatives, parse_type
from .worker.declare import Schemes

PortName = Annotated[str, Meta(min_length=1, max_length=200)]
ImportPath = Annotated[str, Meta(pattern=r"^$|^[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*\Z", max_length=500)]

LIBRARY = "treadle.core.library."
_PLACES = {
    "glob:glob": ("pathname", "root_dir"),
    "glob:iglob": ("pathname", "root_dir"),
    "os:listdir": ("path",),
    "os:scandir": ("path",),
}
"""Inputs of the standard library that are paths, though nothing says so: relative ones count from the pipeline."""

_COERCIONS = {"pathlib.Path": "path", "str": "text", "tuple": "tuple"}


class Port(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One typed input or output of a module.

    ``type`` is a type expression (*core/types.py*), ``bases`` the classes that its class derives from.
    ``passing`` says how a value reaches the function: by keyword, by position, or as all of its ``*args``.
    """

    name: PortName
    type: str = "any"
    bases: tuple[str, ...] = ()
    optional: bool = False
    default: Any = None
    passing: Literal["keyword", "positional", "variadic"] = "keyword"
    low: float | None = None
    high: float | None = None
    unit: str = ""
    choices: tuple[Any, ...] = ()
    help: str = ""


class Module(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, dict=True):
    """A function with typed ports, and what it supports.

    It is found by ``path`` (``package.module:function``), or it is ``source``: Python text that defines the
    function ``name``. ``returns`` says whether its result is one value or an object whose fields are the outputs.
    ``open_inputs`` marks a function that takes any further keyword.
    """

    path: ImportPath = ""
    source: str = ""
    name: str = ""
    title: str = ""
    category: str = ""
    help: str = ""
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    returns: Literal["value", "fields"] = "value"
    open_inputs: bool = False
    schemes: Schemes = Schemes()
    n_procs: Annotated[int, Meta(ge=0)] = 1
    mem_gb: Annotated[float, Meta(ge=0)] = 0.25
    cache: bool = True
    version: str = ""
    mutates: tuple[str, ...] = ()
    merges: bool = False
    runs_code: bool = False
    writes_files: bool = False

    @cached_property
    def input_ports(self) -> dict[str, Port]:
        """The inputs by name, in signature order."""
        return {port.name: port for port in self.inputs}

    @cached_property
    def output_ports(self) -> dict[str, Port]:
        """The outputs by name."""
        return {port.name: port for port in self.outputs}

    @cached_property
    def output_names(self) -> tuple[str, ...]:
        """The names of the outputs."""
        return tuple(port.name for port in self.outputs)

    @cached_property
    def positional_names(self) -> tuple[str, ...]:
        """The names of the inputs that are passed by position."""
        return tuple(port.name for port in self.inputs if port.passing == "positional")

    @cached_property
    def variadic_name(self) -> str:
        """The name of the input that is passed as ``*args``; empty if there is none."""
        return next((port.name for port in self.inputs if port.passing == "variadic"), "")

    @cached_property
    def coercions(self) -> dict[str, str]:
        """For each input what kind of value it is given, where a file or an output may hold another kind."""
        placed = dict.fromkeys(_PLACES.get(self.path, ()), "place")
        return {port.name: kind for port in self.inputs if (kind := placed.get(port.name) or _coercion(port.type))}

    def input(self, name: str) -> Port | None:
        """Return the input called ``name``; an open module has an input for every name."""
        found = self.input_ports.get(name)
        return Port(name=name, optional=True) if found is None and self.open_inputs else found

    @property
    def in_library(self) -> bool:
        """Whether the module belongs to the standard library of Treadle."""
        return self.path.startswith(LIBRARY)

    def without_help(self) -> Module:
        """Return the module as a pipeline file keeps it: what checking needs, without the prose."""
        ports = {
            side: tuple(structs.replace(port, help="") for port in getattr(self, side))
            for side in ("inputs", "outputs")
        }
        # A field that equals its default is written only if it is another object.
        defaults = {name: value for name, value in _defaults().items() if getattr(self, name) == value}
        return structs.replace(self, **{**defaults, "help": "", **ports})

    @property
    def label(self) -> str:
        """The title, or the plain name of the function."""
        return self.title or (self.path.rpartition(":")[2] or self.name).replace("_", " ").capitalize()


def _coercion(type_text: str) -> str:
    try:
        parts = [part for part in alternatives(parse_type(type_text)) if part.name != "None"]
    except ValueError:
        return ""
    if len(parts) != 1:
        return ""
    if parts[0].name == "list" and parts[0].arguments and parts[0].arguments[0].name == "pathlib.Path":
        return "paths"
    return _COERCIONS.get(parts[0].name, "")


@cache
def _defaults() -> dict[str, Any]:
    # Asked once: for each question msgspec evaluates all annotations of the class.
    return {field.name: field.default for field in structs.fields(Module) if field.default is not NODEFAULT}
