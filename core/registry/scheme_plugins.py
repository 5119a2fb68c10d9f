"""The schemes that installed plug-ins offer: found without importing them, and tried in a process of their own."""

from __future__ import annotations

import functools
import re
import sys
from dataclasses import fields
from typing import TYPE_CHECKING, NamedTuple

from ..errors import TreadleError
from ..worker.declare import Schemes
from .points import entry_points_by_name, origin_of, stamp_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.metadata import Distribution

GROUP = "treadle.schemes"
IMPORT_SECONDS = 5.0
"""What takes longer to import is not used."""

_broken: dict[SchemePlugin, str] = {}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
_RESERVED = frozenset(("auto", "serial", *(field.name for field in fields(Schemes))))


class SchemePlugin(NamedTuple):
    """A scheme that a plug-in offers: what makes it, what its distribution says of itself, and why it is not used.

    ``why`` is what can be told of it without importing it. Without a ``stamp`` it may change at any time.
    """

    name: str
    value: str
    origin: str
    about: str = ""
    stamp: str = ""
    why: str = ""


def scheme_plugins() -> Mapping[str, SchemePlugin]:
    """Return the schemes of plug-ins that may be used, by name; which of them are broken is not known."""
    return {plugin.name: plugin for plugin in all_scheme_plugins() if not plugin.why}


def all_scheme_plugins() -> tuple[SchemePlugin, ...]:
    """Return all, also those that cannot be used. They are looked for once: what is installed later needs a restart."""
    return _found(tuple(sys.path))


@functools.lru_cache(maxsize=8)
def _found(search_path: tuple[str, ...]) -> tuple[SchemePlugin, ...]:
    owners: dict[str, str] = {}
    plugins = []
    for point, distribution in entry_points_by_name(GROUP, search_path):
        origin = origin_of(distribution)
        why = _objection(point.name, owners)
        if not why:
            owners[point.name] = origin
        about, stamp = _summary(distribution), stamp_of(point, distribution)
        plugins.append(SchemePlugin(point.name, point.value, origin, about, stamp, why))
    return tuple(plugins)


def _objection(name: str, owners: Mapping[str, str]) -> str:
    if name in _RESERVED:
        return "a scheme of that name comes with Treadle"
    if not _NAME.fullmatch(name):
        return "the name of a scheme is made of letters, digits, '_', '-' and '.', at most 40, a letter first"
    return f"{owners[name]} offers a scheme of that name too" if name in owners else ""


def _summary(distribution: Distribution) -> str:
    text = distribution.metadata["Summary"]
    return " ".join(str(text or "").split())


def why_broken(plugin: SchemePlugin) -> str:
    """Import a plug-in in a process of its own; return why it cannot be used, nothing if it can.

    What could be imported once is not tried again until it has another version.
    """
    why = plugin.why or _tried(plugin)
    note_broken(plugin, why)
    return why


def note_broken(plugin: SchemePlugin, why: str) -> None:
    """Take note that a plug-in cannot be used, or that it can, for who asks without trying it."""
    if why:
        _broken[plugin] = why
    else:
        _broken.pop(plugin, None)


def known_broken(name: str) -> str:
    """Return why the scheme of a plug-in cannot be used, if that was found out here; nothing is tried."""
    plugin = scheme_plugins().get(name)
    return "" if plugin is None else _broken.get(plugin, "")


def _tried(plugin: SchemePlugin) -> str:
    from .describer import Describer
    from .module_cache import ModuleCache, usual_folder

    cache = ModuleCache(usual_folder())
    key = f"{GROUP} {plugin.value}"
    if cache.get(key, plugin.stamp) is not None:
        return ""
    with Describer() as describer:
        outcome = describer.ask("schemes", plugin.value, IMPORT_SECONDS)
    if isinstance(outcome, TreadleError):
        return str(outcome)
    cache.put(key, plugin.stamp, [])
    return ""
