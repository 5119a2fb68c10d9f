"""What can be placed: the modules that were found, what is broken, and the search among them."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..modules import Module

_ENOUGH = 0.75
"""How alike two words must be (0 to 1) for one to be taken for a misspelling of the other."""

_WEIGHTS = (8.0, 6.0, 3.0, 1.0)
"""What a hit counts in the title, the import path, the category, the help."""


class BrokenPlugin(NamedTuple):
    """A plug-in or user's file whose modules cannot be had, and why."""

    name: str
    reason: str


class Catalogue(NamedTuple):
    """All modules by import path, and what is broken."""

    modules: dict[str, Module]
    broken: list[BrokenPlugin]


def search(catalogue: Catalogue, word: str) -> list[Module]:
    """Return the modules that match every word of ``word``, the best first; misspellings are forgiven."""
    wanted = re.findall(r"\w+", word.lower())
    ranked = []
    for module in catalogue.modules.values():
        scores = [_score(one, module) for one in wanted]
        if all(scores):
            ranked.append((-sum(scores), module.category, module.label.lower(), module.path, module))
    return [entry[-1] for entry in sorted(ranked, key=lambda entry: entry[:-1])]


def _score(wanted: str, module: Module) -> float:
    texts = (module.label, module.path, module.category, module.help)
    hits = [
        weight * likeness(wanted, text.lower(), fuzzy=weight > 1) for weight, text in zip(_WEIGHTS, texts, strict=True)
    ]
    return max(hits) + sum(hits) / 100


def likeness(wanted: str, text: str, *, fuzzy: bool) -> float:
    """Say how well a word matches a text, both in small letters: 0 not at all, 1 a whole word; misspellings less."""
    words = re.findall(r"[^\W_]+", text)
    if wanted in words or wanted == text:
        return 1.0 + (wanted == text) / 10
    if any(word.startswith(wanted) for word in words):
        return 0.8
    if wanted in text:
        return 0.6
    if not fuzzy or len(wanted) < 3:
        return 0.0
    closest = max((_alike(wanted, word) for word in words), default=0.0)
    return closest / 2 if closest >= _ENOUGH else 0.0


def _alike(first: str, second: str) -> float:
    if abs(len(first) - len(second)) > 2:
        return 0.0
    if sorted(first) == sorted(second):  # the commonest slip: two letters changed places
        return 0.95
    return difflib.SequenceMatcher(None, first, second).ratio()
