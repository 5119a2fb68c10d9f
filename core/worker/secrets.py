"""References to environment variables in parameters, and keeping their values out of all that is written."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_REFERENCE = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
_HIDDEN = "‹hidden›"


class UnsetVariableError(Exception):
    """A parameter refers to an environment variable that is not set."""


class Secrets:
    """The values that references stood for in one call."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values = {value for value in values if value}

    def __bool__(self) -> bool:
        return bool(self._values)

    def resolve(self, value: Any) -> Any:
        """Replace ``${env:NAME}`` in text, also inside lists and mappings; UnsetVariableError names what is not set."""
        if isinstance(value, str):
            return _REFERENCE.sub(self._look_up, value) if "${env:" in value else value
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if type(value) is tuple:
            return tuple(self.resolve(item) for item in value)
        if isinstance(value, dict):
            return {key: self.resolve(item) for key, item in value.items()}
        return value

    def _look_up(self, match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise UnsetVariableError(f"the environment variable {name} is not set where this task runs")
        value = os.environ[name]
        if value:
            self._values.add(value)
        return value

    def hide(self, text: str) -> str:
        """Return the text with every such value covered, as it is and as Python and JSON write it."""
        for value in sorted(self._values, key=len, reverse=True):
            for shown in sorted({value, repr(value)[1:-1], ascii(value)[1:-1], json.dumps(value)[1:-1]}):
                text = text.replace(shown, _HIDDEN)
        return text


def referenced_names(value: Any) -> set[str]:
    """Return the environment variables that a parameter refers to."""
    if isinstance(value, str):
        return set(_REFERENCE.findall(value))
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return set().union(*map(referenced_names, value))
    return set()
