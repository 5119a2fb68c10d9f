"""Sets environment variables of engines, beside their work; nothing of it is written down anywhere."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

import ipyparallel as ipp

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


def push(
    cluster: Engines,
    variables: Mapping[str, str | None],
    numbers: Iterable[int],
    seconds: float,
    check: Callable[[str, float], None] = lambda _text, _fraction: None,
) -> list[int]:
    """Set variables on engines, None removes one; return the engines that are at work, and will do it afterwards.

    ``check`` is told how far it is, and may raise.
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
    with contextlib.suppress(Exception):
        cluster.client.purge_local_results([one for one in asked.values() if one.ready()])
    return late
