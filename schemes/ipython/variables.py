"""Sets environment variables of engines, beside their work; nothing of it is written down anywhere."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

import ipyparallel as ipp

from ...core.errors import ClusterError, UsageError
from .acting import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .acting import Engines

PATIENCE_SECONDS = 4.0
"""An engine that has not set them after so long is at work."""

_PAUSE = 0.02
_SET = """(lambda given: (lambda environ: [
    environ.__setitem__(name, value) if value is not None else environ.pop(name, None)
    for name, value in given.items()
] and None)(__import__("os").environ))"""


def refuse_odd(variables: Mapping[str, str | None]) -> None:
    """Raise UsageError for a variable that no environment can have."""
    for name, value in variables.items():
        if not name or "=" in name or "\0" in name:
            raise UsageError(f"{name!r} cannot be the name of a variable", remedy="Use letters, digits and '_'")
        if value is not None and "\0" in value:
            raise UsageError(f"the value of {name} holds a character that no variable can hold")


def push(
    cluster: Engines,
    variables: Mapping[str, str | None],
    numbers: Iterable[int],
    seconds: float,
    check: Callable[[str, float], None] = lambda _text, _fraction: None,
) -> list[int]:
    """Set variables on engines, None removes one; return the engines that are at work, and will do it afterwards.

    ``check`` is told how far it is, and may raise. ClusterError names engines that could not do it.
    """
    asked: dict[int, Any] = {}
    for number in numbers:
        # One that has just gone needs none.
        with contextlib.suppress(Exception):
            asked[number] = cluster.client[number].apply_async(ipp.Reference(_SET), dict(variables))
    end = time.monotonic() + min(seconds, PATIENCE_SECONDS)
    while (late := [number for number, one in asked.items() if not one.ready()]) and time.monotonic() < end:
        check(f"{len(asked) - len(late)} of {len(asked)} engines have them", 1 - len(late) / len(asked))
        time.sleep(_PAUSE)
    done = {number: one for number, one in asked.items() if one.ready()}
    known = set(cluster.uuids())
    failed = [number for number, one in done.items() if number in known and not one.successful()]
    with contextlib.suppress(Exception):
        cluster.client.purge_local_results(list(done.values()))
    if failed:
        raise ClusterError(f"{listed(failed)} could not set them", where=f"cluster {cluster.address}")
    return late
