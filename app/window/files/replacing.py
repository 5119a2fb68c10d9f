"""Turns one pipeline into another by an edit, so that also reading a file again can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....core.edits import Change, Edit, Section, SetText, Steps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....core.pipeline import Pipeline

_SECTIONS: tuple[Section, ...] = ("modules", "nodes", "connections", "frames", "comments")


def replacing(old: Pipeline, new: Pipeline, label: str) -> Steps:
    """Return the edit that makes ``old`` hold what ``new`` does; it names only what differs."""
    steps: list[Edit] = []
    for section in _SECTIONS:
        entries = _differences(getattr(old, section), getattr(new, section))
        if entries:
            steps.append(Change(section, entries))
    if old.title != new.title:
        steps.append(SetText("title", new.title))
    if old.description != new.description:
        steps.append(SetText("description", new.description))
    return Steps(tuple(steps), label)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    changed = {key: value for key, value in new.items() if key not in old or old[key] != value}
    return {**dict.fromkeys(key for key in old if key not in new), **changed}
