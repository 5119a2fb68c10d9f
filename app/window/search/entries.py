"""What a list of search results shows, and which entries a word finds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ....core.registry.catalogue import likeness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True)
class Entry:
    """One line: what it says, and what is called when it is chosen.

    ``icon`` is the name of an icon, ``category`` that of a chip in its place; ``words`` are searched but not shown.
    """

    text: str
    callback: Callable[[], None]
    detail: str = ""
    icon: str = ""
    category: str = ""
    shortcut: str = ""
    tooltip: str = ""
    words: str = ""
    enabled: bool = True


def matching(entries: Iterable[Entry], word: str) -> list[Entry]:
    """Return the entries that match every word, the best first; misspellings are forgiven, no word matches all."""
    wanted = re.findall(r"\w+", word.lower())
    ranked = [(_score(entry, wanted), entry) for entry in entries]
    found = [(score, entry) for score, entry in ranked if score or not wanted]
    return [entry for _, entry in sorted(found, key=lambda pair: -pair[0])]


def _score(entry: Entry, wanted: list[str]) -> float:
    text, detail, words = entry.text.lower(), entry.detail.lower(), entry.words.lower()
    scores = [
        max(
            3 * likeness(one, text, fuzzy=True),
            2 * likeness(one, words, fuzzy=True),
            likeness(one, detail, fuzzy=False),
        )
        for one in wanted
    ]
    return sum(scores) if all(scores) else 0.0
