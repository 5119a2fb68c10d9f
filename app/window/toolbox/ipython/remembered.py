"""What the person set for the clusters of each profile, kept from session to session; secrets never are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...settings import Settings

KEPT = "clusters"
"""The name in the settings."""

SECRET_WORDS = ("TOKEN", "SECRET", "PASSWORD", "PASSWD", "KEY", "CREDENTIAL")
MOST_ENGINES = 1_000


class HowToStart(Struct, frozen=True, omit_defaults=True):
    """How a cluster is started: 0 engines are one for each core, and no ``python`` is that of the runner."""

    engines: int = 0
    python: str = ""
    niceness: int = 0
    encrypt: bool = True
    deadline: int = 60


def looks_secret(name: str) -> bool:
    """Say whether a variable is likely to hold something that shall not be written to a file."""
    return any(word in name.upper() for word in SECRET_WORDS)


class Remembered:
    """By profile: how its clusters are started, and the variables of its engines.

    Variables live in memory, and in the settings only those that were chosen for it. A file that cannot be read
    counts as empty, and what this version does not know in it is kept.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._variables: dict[str, dict[str, str]] = {}

    def how(self, profile: str) -> HowToStart:
        """Return how clusters of a profile were started last."""
        kept = self._kept(profile).get("start")
        found = kept if isinstance(kept, dict) else {}
        usual = HowToStart()
        values = {name: _like(found.get(name), getattr(usual, name)) for name in HowToStart.__struct_fields__}
        return HowToStart(**values)

    def keep_how(self, profile: str, how: HowToStart) -> None:
        """Keep how clusters of a profile are started."""
        self._keep(profile, "start", {name: getattr(how, name) for name in HowToStart.__struct_fields__})

    def variables(self, profile: str) -> dict[str, str]:
        """Return the variables for the engines of a profile: those of this session, else those that were kept."""
        if profile not in self._variables:
            self._variables[profile] = self.kept_variables(profile)
        return dict(self._variables[profile])

    def kept_variables(self, profile: str) -> dict[str, str]:
        """Return the variables that are kept from session to session."""
        kept = self._kept(profile).get("variables")
        found = kept if isinstance(kept, dict) else {}
        return {str(name): str(value) for name, value in found.items()}

    def set_variables(self, profile: str, variables: Mapping[str, str], keep: frozenset[str] = frozenset()) -> None:
        """Use these variables from now on, and keep those that are named and do not look like secrets."""
        self._variables[profile] = dict(variables)
        kept = {name: variables[name] for name in sorted(keep) if name in variables and not looks_secret(name)}
        if kept != self.kept_variables(profile):
            self._keep(profile, "variables", kept)

    def _all(self) -> dict[str, Any]:
        try:
            found = json.loads(self._settings.text(KEPT) or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _kept(self, profile: str) -> dict[str, Any]:
        found = self._all().get(profile)
        return found if isinstance(found, dict) else {}

    def _keep(self, profile: str, part: str, value: Any) -> None:
        everything = self._all()
        everything[profile] = {**self._kept(profile), part: value}
        self._settings.set(KEPT, json.dumps(everything, sort_keys=True))


def _like(value: Any, usual: Any) -> Any:
    return value if type(value) is type(usual) else usual
