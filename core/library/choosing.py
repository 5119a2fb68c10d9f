"""Checks that a choice is one of those offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def one_of(choice: str, known: Iterable[str], what: str) -> str:
    """Return ``choice``; ValueError lists the known ones if it is none of them."""
    if choice not in known:
        raise ValueError(f"there is no {what} {choice!r}: choose one of {', '.join(known)}")
    return choice
