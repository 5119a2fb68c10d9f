"""What a function says of itself as a module: the decorator and the annotations of its ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

Function = TypeVar("Function", bound=Callable[..., Any])

ATTRIBUTE = "__treadle_module__"


@dataclass(frozen=True)
class Range:
    """The numbers a port accepts, both ends included; None leaves an end open."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Unit:
    """The physical unit of a port's numbers, shown beside its editor."""

    text: str


class Choices:
    """The only values a port accepts, in the order they are offered."""

    def __init__(self, *values: Any) -> None:
        self.values = values


@dataclass(frozen=True)
class Help:
    """One sentence about a port, where a docstring is not the place for it."""

    text: str


@dataclass(frozen=True)
class Schemes:
    """The schemes that may execute a module.

    Threads must be declared, because a module that touches process-global state (the working directory, say)
    is unsafe there. ``overrides`` names single schemes and wins over the flags: ``{"ipython": False}``.
    """

    threads: bool = False
    processes: bool = True
    ipython: bool = True
    overrides: Mapping[str, bool] = field(default_factory=dict)

    def supports(self, scheme: str) -> bool:
        """Say whether ``scheme`` may execute the module; a scheme of a plug-in may unless it is overridden."""
        return bool(self.overrides.get(scheme, getattr(self, scheme, True)))


@dataclass(frozen=True)
class Declaration:
    """All that ``@module`` was told about one function."""

    title: str = ""
    category: str = ""
    schemes: Schemes = Schemes()
    n_procs: int = 1
    mem_gb: float = 0.25
    cache: bool = True
    version: str = ""
    mutates: tuple[str, ...] = ()
    merges: bool = False
    runs_code: bool = False
    writes_files: bool = False


@overload
def module(function: Function, /) -> Function: ...
@overload
def module(
    *,
    title: str = "",
    category: str = "",
    schemes: Schemes = ...,
    n_procs: int = 1,
    mem_gb: float = 0.25,
    cache: bool = True,
    version: str = "",
    mutates: tuple[str, ...] = (),
    merges: bool = False,
    runs_code: bool = False,
    writes_files: bool = False,
) -> Callable[[Function], Function]: ...
def module(function: Function | None = None, /, **options: Any) -> Any:
    """Declare a function as a module; the function itself stays as it is.

    ``n_procs`` cores and ``mem_gb`` gigabytes are what one call needs. ``mutates`` names the arguments that
    the function changes: it then gets private copies of them. ``cache=False`` says that the result depends on
    more than the arguments; a new ``version`` makes stored results stale. ``merges`` lets the module run with
    inputs whose branch was not taken; ``runs_code`` marks one that executes what its parameters say,
    ``writes_files`` one that writes where its parameters say: a file from elsewhere asks before it runs them.
    """
    declaration = Declaration(**options)

    def declare(target: Function) -> Function:
        setattr(target, ATTRIBUTE, declaration)
        return target

    return declare if function is None else declare(function)


def declaration_of(function: Callable[..., Any]) -> Declaration | None:
    """Return what ``@module`` was told about ``function``, or None if it was never declared."""
    found = getattr(function, ATTRIBUTE, None)
    return found if isinstance(found, Declaration) else None
