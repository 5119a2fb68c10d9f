"""What a run may be told, and what the machine has to give."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from ..core.errors import UsageError, suggestion
from ..core.run.ordering import ALL_ORDERS
from ..core.run.scheduler import OnError
from ..core.worker.machine import cores, memory
from .scheme_options import SchemeOptions, refuse_senseless_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Options:
    """The same for the command line, Python and the window.

    ``n_procs`` cores and ``memory_gb`` are what the run may use, by default what the machine has. ``until``
    names the nodes to run to. ``keep_all`` keeps large results of every node, not only of the last ones: else those are
    let go of that nothing needs any more, and that can be had again from the cache or in little time.
    ``cache`` is a folder, or whether to use the user's own. With ``resume`` what the last run of the same pipeline has
    finished is not done again, not even by modules whose results are not kept otherwise. ``hosted`` keeps modules out
    of this process, those of the serial scheme too. With ``breakpoints`` the run stops before nodes that have one,
    until a person lets it go on; otherwise they are passed over. ``preference`` are the schemes that may be used, the
    dearest first (without any: all, in the usual order), ``settings`` how schemes are set.
    """

    scheme: str = "auto"
    n_procs: int | None = None
    memory_gb: float | None = None
    on_error: OnError = "continue"
    order: str = "critical-path"
    retries: int = 0
    until: tuple[str, ...] = ()
    keep_all: bool = False
    cache: bool | Path = True
    resume: bool = False
    hosted: bool = False
    breakpoints: bool = False
    preference: tuple[str, ...] = ()
    settings: Mapping[str, SchemeOptions] = field(default_factory=dict)

    def setting(self, scheme: str) -> SchemeOptions:
        """Return how a scheme is set."""
        return self.settings.get(scheme) or SchemeOptions()


def refuse_senseless(options: Options) -> None:
    """Raise UsageError for an option whose value means nothing; the schemes and nodes it names are not looked at."""
    if options.n_procs is not None:
        _refuse_unless_whole("n_procs", options.n_procs, 1)
    _refuse_unless_whole("retries", options.retries, 0)
    gb = options.memory_gb
    if gb is not None and not (_is_number(gb, Real) and 0 < gb < math.inf):
        raise UsageError(f"memory_gb must be a number of GB above 0, not {gb!r}")
    _refuse_unless_one_of("on_error", options.on_error, get_args(OnError))
    _refuse_unless_one_of("order", options.order, ALL_ORDERS)
    for name in ("resume", "keep_all", "hosted", "breakpoints"):
        if not isinstance(getattr(options, name), bool):
            raise UsageError(f"{name} must be True or False, not {getattr(options, name)!r}")
    if options.resume and options.cache is False:
        raise UsageError("to resume takes what is in the cache, and this run is to use none")
    if not isinstance(options.cache, bool | Path):
        raise UsageError(f"cache must be True, False or the name of a folder, not {options.cache!r}")
    _refuse_unless_names("preference", options.preference)
    refuse_senseless_settings(options.settings)


def _refuse_unless_whole(name: str, value: object, least: int) -> None:
    if not (_is_number(value, Integral) and value >= least):  # type: ignore[operator]
        raise UsageError(f"{name} must be a whole number from {least} on, not {value!r}")


def _refuse_unless_names(name: str, value: object) -> None:
    if not (isinstance(value, tuple | list) and all(isinstance(one, str) for one in value)):
        raise UsageError(f"{name} must be names of schemes, the dearest first, not {value!r}")


def _refuse_unless_one_of(name: str, value: object, known: Iterable[str]) -> None:
    known = list(known)
    if value not in known:
        raise UsageError(f"{name} cannot be {value!r}", remedy=suggestion(str(value), known))


def _is_number(value: object, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def resources_of(options: Options) -> tuple[int, float]:
    """Return the cores and the GB of memory that a run may use: what it was told, or what the machine has."""
    return (
        cores() if options.n_procs is None else options.n_procs,
        memory_gb() if options.memory_gb is None else options.memory_gb,
    )


def workers_of(options: Options, scheme: str) -> int:
    """Return how many workers of its own a scheme is to have: those that are set, or one for each core of the run."""
    return options.setting(scheme).number or resources_of(options)[0]


def memory_gb() -> float:
    """Return 90 % of the machine's memory, in GB; a container's limit counts."""
    return memory() * 0.9 / 1e9
