"""One call of a module, as data: what to call, with what, and what to report of the result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .handing import Handed

ValueId = tuple[str, str, int]
"""A value of a run: the task that made it, the output, and the item's place (-1 for the whole)."""


class Item(NamedTuple):
    """A collected value with the labels of its item: axis to label."""

    labels: dict[str, str]
    value: Any


@dataclass(frozen=True, slots=True)
class Target:
    """What to call: an import path, source that defines ``name``, or a live function.

    With ``declared_only`` the function must carry the ``@module`` declaration: a registered package then cannot
    be made to call whatever it happens to import.
    """

    path: str = ""
    source: str = ""
    name: str = ""
    live: Callable[..., Any] | None = None
    declared_only: bool = False


# What each call has of its own is not frozen, though nobody changes it: frozen, it takes three times as long to make.


@dataclass(slots=True, unsafe_hash=True)
class Given:
    """A value written in the pipeline; references to the environment in it are resolved where the call runs."""

    value: Any


@dataclass(slots=True, unsafe_hash=True)
class Ref:
    """A value made earlier in the run."""

    value: ValueId


@dataclass(frozen=True, slots=True)
class Moved:
    """A value made earlier by another scheme, or found in the cache."""

    handed: Handed


@dataclass(frozen=True, slots=True)
class Items:
    """A list of arguments."""

    items: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """An argument with the labels of its item."""

    labels: Mapping[str, str]
    argument: Argument


@dataclass(frozen=True, slots=True)
class Applied:
    """An argument that passes through a function first."""

    function: Target
    argument: Argument


Argument = Given | Ref | Moved | Items | Labelled | Applied


@dataclass(frozen=True, slots=True)
class Where:
    """On which engines a call may run: of these hosts, with these numbers, on the host that an argument names.

    With ``once_on`` it runs once on each of them (``engine``), or once on each of their hosts (``host``).
    """

    hosts: tuple[str, ...] = ()
    engines: tuple[int, ...] = ()
    host_from: str = ""
    once_on: str = ""


def references(argument: Argument) -> Iterator[ValueId]:
    """Go through the values made in the run that an argument is made of."""
    match argument:
        case Ref(value):
            yield value
        case Items(items):
            for item in items:
                yield from references(item)
        case Labelled(_, inner) | Applied(_, inner):
            yield from references(inner)


@dataclass(frozen=True, slots=True)
class Form:
    """What all calls of a node have in common: what to call, how to pass the arguments, what to report of the result.

    ``positional`` and ``variadic`` name the ports that are not passed by keyword; ``coerce`` the kind of value a
    port needs (``path``, ``text``, ``tuple``); ``mutates`` those that get private copies. ``split`` are the
    outputs to be kept item by item, ``flags`` those whose truth is reported. ``n_procs`` is how many cores a call may
    use, ``mem_gb`` how much memory it asks for, ``where`` the engines it is bound to. One that is ``limited`` has a
    time limit, which counts from when it is told to have begun. With ``digest`` the digests of the outputs are
    reported too.
    """

    target: Target
    outputs: tuple[str, ...] = ("out",)
    fields: bool = False
    positional: tuple[str, ...] = ()
    variadic: str = ""
    coerce: Mapping[str, str] = field(default_factory=dict)
    mutates: tuple[str, ...] = ()
    split: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    n_procs: int = 1
    digest: bool = False
    mem_gb: float = 0.0
    where: Where | None = None
    limited: bool = False


@dataclass(slots=True)
class Call:
    """One attempt of one task."""

    task: str
    form: Form
    arguments: Mapping[str, Argument]
    attempt: int = 1
