"""Notices that the controller of a cluster has gone: a client of ipyparallel would wait for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .link import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.run.deadlines import Deadlines
    from .engines import Engine
    from .link import Link

EVERY_SECONDS = 5.0
MISSES = 2


class Watchdog:
    """Asks the hub for its queues every few seconds; two misses in a row, and contact is lost: after 15 s at most.

    From its answers it is known which engines work for others. ``alive`` says whether the process of the controller
    lives, where that can be known: if it does not, nothing is waited for. ``lost`` is told why.
    """

    def __init__(
        self,
        link: Link,
        deadlines: Deadlines,
        lost: Callable[[str], None],
        alive: Callable[[], bool] | None = None,
    ) -> None:
        self._link, self._deadlines, self._lost = link, deadlines, lost
        self._alive = alive
        self._missed = 0
        self.engines: dict[str, Engine] = {}

    def begin(self) -> None:
        """Ask now, and again and again."""
        if self._alive is not None and not self._alive():
            self._lost("the controller of the cluster has ended")
            return
        self._link.hub("queue_request", {"targets": None, "verbose": False}, self._answered, EVERY_SECONDS)

    def _answered(self, answer: Any) -> None:
        if isinstance(answer, RequestError):
            self._missed += 1
            if self._missed >= MISSES:
                self._lost("lost contact with the controller of the cluster")
                return
            self.begin()
            return
        self._missed = 0
        self._take(answer)
        self._deadlines.set("watchdog", EVERY_SECONDS, self.begin)

    def _take(self, answer: dict[Any, Any]) -> None:
        """Take note of how much of other people's work lies at each engine."""
        for engine in self.engines.values():
            told = answer.get(str(engine.number), answer.get(engine.number))
            if isinstance(told, dict):
                engine.foreign = max(0, int(told.get("queue", 0)) - len(engine.batches))
