"""Notices engines whose nanny does not answer: nothing but work reaches them then, and nobody is told of their end."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from .link import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...core.run.deadlines import Deadlines
    from .engines import Engine
    from .link import Link

EVERY_SECONDS = 3.0
MISSES = 3


class Nannies:
    """Asks those of all engines every few seconds; ``lost`` is told of an engine whose nanny has missed three times.

    A nanny hands on what an engine is asked beside its work, and answers itself when it is to send the signal 0, also
    if a module holds the interpreter. An engine may have been started without one: nothing is held against those that
    have never answered, but ``ours``, which all have one.
    """

    def __init__(
        self,
        engines: Mapping[str, Engine],
        link: Link,
        deadlines: Deadlines,
        lost: Callable[[Engine], None],
        ours: Callable[[str], bool] = lambda _uuid: False,
    ) -> None:
        self._engines, self._link, self._deadlines, self._lost = engines, link, deadlines, lost
        self._ours = ours
        self._missed: dict[str, int] = {}

    def look(self) -> None:
        """Ask all, now and again and again."""
        for engine in self._engines.values():
            if not engine.unusable:
                self._link.signal(engine.uuid, 0, partial(self._answered, engine), EVERY_SECONDS)
        for uuid in self._missed.keys() - self._engines.keys():
            del self._missed[uuid]
        self._deadlines.set("nannies", EVERY_SECONDS, self.look)

    def _answered(self, engine: Engine, answer: Any) -> None:
        if not isinstance(answer, RequestError):
            self._missed[engine.uuid] = 0
        elif (engine.uuid in self._missed or self._ours(engine.uuid)) and self._engines.get(engine.uuid) is engine:
            self._missed[engine.uuid] = self._missed.get(engine.uuid, 0) + 1
            if self._missed[engine.uuid] >= MISSES:
                self._lost(engine)
