"""The same trivial tasks on threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .scenario import Bench, Figure

PEERS = ("treadle threads", "treadle serial", "futures threads", "dask threads", "parsl threads")
TITLES = {f"{name} on threads": title.replace(", µs", ", threads, µs") for name, title in shapes.TITLES.items()}
TARGETS = dict.fromkeys(TITLES, 25.0)
DEADLINE = shapes.DEADLINE


def measure(bench: Bench) -> Iterator[Figure]:
    for figure in shapes.measure(bench):
        yield figure._replace(name=f"{figure.name} on threads")
