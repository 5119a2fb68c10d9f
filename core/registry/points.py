"""What installed distributions offer by entry points, found by their metadata: nothing of them is imported."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.metadata import Distribution, EntryPoint


def entry_points(group: str, search_path: Sequence[str] | None = None) -> Iterator[tuple[EntryPoint, Distribution]]:
    """Yield what is offered to a group, each once; ``search_path`` stands in for ``sys.path``.

    A distribution whose metadata cannot be read offers nothing.
    """
    path = list(sys.path if search_path is None else search_path)
    if not any(_mentions(folder, group) for folder in path):
        return
    # To import this takes longer than to look: most people have no plug-ins.
    import importlib.metadata

    seen: set[tuple[str, str]] = set()
    for distribution in importlib.metadata.distributions(path=path):
        for point in _points(distribution):
            if point.group == group and (point.name, point.value) not in seen:
                seen.add((point.name, point.value))
                yield point, distribution


def entry_points_by_name(group: str, search_path: Sequence[str]) -> list[tuple[EntryPoint, Distribution]]:
    """Return what is offered to a group in the order of its names, wherever it is on the search path."""
    return sorted(entry_points(group, search_path), key=lambda found: (found[0].name, found[1].name))


def _mentions(folder: str, group: str) -> bool:
    """Say whether a distribution in a folder of the search path may offer something to a group."""
    header = f"[{group}]".encode()
    try:
        with os.scandir(folder or ".") as entries:
            infos = [entry.path for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))]
    except NotADirectoryError:
        # An archive: only what reads it knows.
        return True
    except OSError:
        return False
    for info in infos:
        with contextlib.suppress(OSError):
            if header in Path(info, "entry_points.txt").read_bytes():
                return True
    return False


def _points(distribution: Distribution) -> Sequence[EntryPoint]:
    try:
        return distribution.entry_points
    except Exception:  # noqa: BLE001 - whatever stands there, other distributions are not to suffer for it
        return ()


def package_of(value: str) -> str:
    """Return the top-level package of what an entry point names."""
    return value.partition(":")[0].partition(".")[0].strip()


def origin_of(distribution: Distribution) -> str:
    """Return how the distribution of a plug-in is named."""
    return f"{distribution.name} {distribution.version}"


def stamp_of(point: EntryPoint, distribution: Distribution) -> str:
    """Return what changes when what is offered does; empty if its files may change without their version."""
    if '"editable": true' in (distribution.read_text("direct_url.json") or ""):
        return ""
    return f"{origin_of(distribution)} {point.value}"
