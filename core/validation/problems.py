"""What is wrong with a pipeline: problems with their place and remedy, and the report that gathers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ..errors import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_NAME = 200
_COMPARISONS = 20_000
"""How many names are compared for suggestions in one check, so that a million mistakes do not take hours."""


class Problem(Struct, frozen=True):
    """One thing that is wrong with a pipeline.

    ``where`` is a path such as ``nodes.prep/smooth.params.sigma``; ``code`` is short and stable, for
    programs. An error keeps the pipeline from running, a warning does not.
    """

    severity: Literal["error", "warning"]
    code: str
    where: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        text = f"{self.severity}: {self.where}: {self.message}" if self.where else f"{self.severity}: {self.message}"
        return visible(f"{text}. {self.remedy}" if self.remedy else text)


class Report:
    """Gathers problems while a pipeline is checked."""

    def __init__(self) -> None:
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []
        self._comparisons = _COMPARISONS

    def error(self, code: str, where: str, message: str, remedy: str = "") -> None:
        """Note an error."""
        self.errors.append(Problem("error", code, _cut(where), _cut(message), remedy))

    def warning(self, code: str, where: str, message: str, remedy: str = "") -> None:
        """Note a warning."""
        self.warnings.append(Problem("warning", code, _cut(where), _cut(message), remedy))

    def suggest(self, word: str, known: Collection[str]) -> str:
        """Return a suggestion for a misspelt name, as long as looking for one stays cheap."""
        self._comparisons -= len(known) + 1
        return suggestion(word, known) if self._comparisons > 0 and len(word) <= MAX_NAME else ""


def _cut(text: str) -> str:
    return text if len(text) <= 1000 else f"{text[:500]} … {text[-200:]}"


def visible(text: str) -> str:
    """Return text on one line, with control and direction characters written out."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def fault_in_name(name: str) -> str:
    """Say why a text cannot be the name of a port or axis, or return nothing."""
    if not name.strip():
        return "is empty"
    if len(name) > MAX_NAME:
        return f"is longer than {MAX_NAME} characters"
    return "" if name.isprintable() else "has control or direction characters"
