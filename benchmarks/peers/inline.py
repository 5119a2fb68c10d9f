"""One process, one call after the other: how fast the work itself is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .peer import Peer
from .ready_loop import Progress

if TYPE_CHECKING:
    from ..dag import Dag


class Inline(Peer):
    """A plain loop."""

    limit = True

    def run(self, prepared: Dag) -> dict[str, Any]:
        progress = Progress(prepared)
        for name in prepared.steps:
            step, arguments = progress.call(name)
            value = step.function(*arguments)
            del arguments
            list(progress.done(name, value))
        return progress.values
