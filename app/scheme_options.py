"""What can be set of each scheme for a run, and what of that makes sense."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from numbers import Integral
from typing import TYPE_CHECKING

from ..core.errors import UsageError
from ..core.registry.scheme_plugins import scheme_plugins

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

LEAST_MEMORY_GB = 0.1
"""What a worker process needs for itself, about."""


@dataclass(frozen=True)
class SchemeOptions:
    """How a scheme is set; 0 and "" leave it to Treadle.

    ``number`` of threads, processes or, where a cluster is started for the run, engines; ``memory_gb`` that each
    worker may take before its task is ended; ``renew_after`` so many tasks a worker is replaced by a fresh one;
    ``profile`` of IPython, where the scheme does not name one.
    """

    number: int = 0
    memory_gb: float = 0.0
    renew_after: int = 0
    profile: str = ""


_MEANT_FOR = {
    "threads": frozenset(("number",)),
    "processes": frozenset(("number", "memory_gb", "renew_after")),
    "ipython": frozenset(("number", "profile")),
    "serial": frozenset[str](),
}
_OF_PLUGINS = frozenset(("number",))


def refuse_senseless_settings(settings: Mapping[str, object]) -> None:
    """Raise UsageError for what means nothing; settings of a scheme that is not known are not looked at."""
    for scheme, options in settings.items():
        if scheme in _MEANT_FOR:
            _refuse_senseless(scheme, options, _MEANT_FOR[scheme])
        elif scheme in scheme_plugins():
            _refuse_senseless(scheme, options, _OF_PLUGINS)


def _refuse_senseless(scheme: str, options: object, meant: Collection[str]) -> None:
    if not isinstance(options, SchemeOptions):
        raise UsageError(f"the settings of {scheme} must be SchemeOptions, not {options!r}")
    for field in fields(options):
        if getattr(options, field.name) != field.default and field.name not in meant:
            raise UsageError(f"{field.name} cannot be set of the scheme {scheme}")
    for name in ("number", "renew_after"):
        value = getattr(options, name)
        if isinstance(value, bool) or not isinstance(value, Integral) or value < 0:
            raise UsageError(f"{name} of {scheme} must be a whole number from 0 on, not {value!r}")
    _refuse_senseless_memory(scheme, options.memory_gb)
    profile: object = options.profile
    if not isinstance(profile, str):
        raise UsageError(f"profile of {scheme} must be the name of an IPython profile, not {profile!r}")


def _refuse_senseless_memory(scheme: str, gb: object) -> None:
    if isinstance(gb, bool) or not isinstance(gb, int | float) or not 0 <= gb < math.inf:
        raise UsageError(f"memory_gb of {scheme} must be a number of GB from 0 on, not {gb!r}")
    if 0 < gb < LEAST_MEMORY_GB:
        raise UsageError(
            f"no process can live with {gb:g} GB of memory",
            remedy=f"Give {scheme} {LEAST_MEMORY_GB:g} GB or more each, or 0 for no limit",
        )
