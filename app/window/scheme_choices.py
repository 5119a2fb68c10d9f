"""The schemes as a person has set them, kept as text: in which order, which of them, and how; knows no Qt."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ...core.protocol.schemes import SchemeSettings
from ...core.registry.scheme_plugins import scheme_plugins
from ...core.run.selection import PREFERENCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AUTO = "auto"
"""Stands for no scheme in particular: Treadle chooses for each task."""

LAST = "serial"
"""It takes what no other scheme can: it is always there, and always the last."""

FIELDS: dict[str, dict[str, type]] = {
    "ipython": {"number": int, "profile": str},
    "processes": {"number": int, "memory_gb": float, "renew_after": int},
    "threads": {"number": int},
    "serial": {},
}
"""What can be set of each scheme that comes with Treadle, and of which kind it is."""

_OF_PLUGINS: dict[str, type] = {"number": int}

_OURS = frozenset(("name", "enabled", "settings"))


@dataclass(frozen=True)
class SchemeChoice:
    """A scheme in the person's order. One that is not ``known`` is kept as it is for the version that knows it.

    ``settings`` has what is set, and perhaps more that this version does not know; ``more`` is what else was kept.
    """

    name: str
    enabled: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)
    known: bool = True
    more: Mapping[str, Any] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """Return what a field is set to; 0 or an empty text if it is not, or to what makes no sense."""
        kind = fields_of(self.name)[name]
        value = self.settings.get(name)
        return value if _makes_sense(value, kind) else kind()

    @property
    def strange(self) -> dict[str, Any]:
        """What is set of it that this version does not know."""
        fields = fields_of(self.name)
        return {name: value for name, value in self.settings.items() if name not in fields}


def fields_of(name: str) -> Mapping[str, type]:
    """Return what can be set of a scheme; nothing of one that is not known."""
    return FIELDS.get(name, _OF_PLUGINS if name in scheme_plugins() else {})


def _makes_sense(value: object, kind: type) -> bool:
    if kind is str:
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value < math.inf and (kind is float or isinstance(value, int))


def usual() -> list[SchemeChoice]:
    """Return all schemes in the usual order; those of plug-ins are not enabled before a person does it."""
    plugged = [SchemeChoice(name, enabled=False) for name in scheme_plugins()]
    return in_order([*(SchemeChoice(name) for name in PREFERENCE), *plugged])


def read(text: str) -> list[SchemeChoice]:
    """Return what was kept, with each scheme that is not in it; what cannot be read counts as not kept."""
    try:
        kept = json.loads(text)["order"] if text else []
        found = [_read_one(one) for one in kept]
    except (ValueError, TypeError, KeyError, AttributeError):
        return usual()
    unique = list({choice.name: choice for choice in found}.values())
    return in_order([*unique, *(choice for choice in usual() if choice.name not in {one.name for one in unique})])


def _read_one(kept: Mapping[str, Any]) -> SchemeChoice:
    name = str(kept["name"])
    known = name in FIELDS or name in scheme_plugins()
    more = {key: value for key, value in kept.items() if key not in _OURS}
    enabled = kept.get("enabled") is not False or name == LAST
    return SchemeChoice(name, enabled, dict(kept.get("settings") or {}), known, more)


def in_order(choices: Sequence[SchemeChoice]) -> list[SchemeChoice]:
    """Return the choices with the last resort at the end."""
    return sorted(choices, key=lambda choice: choice.name == LAST)


def written(choices: Sequence[SchemeChoice]) -> str:
    """Return the text that keeps these choices."""
    order = [
        {"name": choice.name, "enabled": choice.enabled, "settings": dict(choice.settings), **choice.more}
        for choice in choices
    ]
    return json.dumps({"order": order})


def with_values(choice: SchemeChoice, values: Mapping[str, Any]) -> SchemeChoice:
    """Return a choice with other values; 0 and an empty text leave a field to Treadle. KeyError for one unknown."""
    for name in values:
        fields_of(choice.name)[name]
    kept = {name: value for name, value in {**choice.settings, **values}.items() if name not in values or value}
    return replace(choice, settings=kept)


def run_options(choices: Sequence[SchemeChoice]) -> dict[str, Any]:
    """Return what these choices mean for a run: the ``preference`` and ``settings`` of its options."""
    known = [choice for choice in choices if choice.known]
    values = {choice.name: {name: choice.value(name) for name in fields_of(choice.name)} for choice in known}
    return {
        "preference": tuple(choice.name for choice in known if choice.enabled),
        "settings": {name: SchemeSettings(**set_) for name, set_ in values.items() if any(set_.values())},
    }
