"""Asks many describer processes at once, so that a plug-in that hangs delays no other."""

from __future__ import annotations

import selectors
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, NamedTuple

from ..errors import ModuleLookupError, TreadleError
from .describer import START_DEADLINE, Answer, Describer, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ..modules import Module

AT_ONCE = 16
"""Describer processes that run at the same time."""


class Source(NamedTuple):
    """One place that offers modules: how the describer is asked for it, and what its answer depends on.

    Without a ``stamp`` it is described anew each time. ``manifest`` is a file that makes asking unnecessary.
    Sources of one ``group`` are described by one process, one after another; others have their own. ``origin`` is the
    distribution that offers it.
    """

    name: str
    kind: Kind
    item: str
    stamp: str = ""
    manifest: Path | None = None
    group: str = ""
    deadline: float = 0.0
    origin: str = ""


Outcome = tuple["Module", ...] | TreadleError


class _Talk:
    """One describer process that works through its sources; replaced when one of them hangs or ends it."""

    def __init__(self, sources: Sequence[Source], search_path: Sequence[str] | None) -> None:
        self.left = list(sources)
        self.describer = Describer(search_path)
        self.until = 0.0
        self._asked = False

    def begin(self) -> None:
        """Start a process; the first source is sent when it is ready."""
        self.describer.begin()
        self._asked = False
        self.until = time.monotonic() + START_DEADLINE

    def hear(self) -> list[Outcome]:
        """Read what has arrived, send the next source, and return the outcomes."""
        try:
            return [outcome for answer in self.describer.receive() for outcome in self._take(answer)]
        except (EOFError, OSError):
            return [self.describer.gone(self.left[0].item)]

    def _take(self, answer: Answer) -> list[Outcome]:
        outcomes: list[Outcome] = [] if answer.ready else [answer.outcome]
        following = self.left[len(outcomes) :]
        if following:
            with suppress(OSError):  # of a process that just ended, the next read tells
                self.describer.send(following[0].kind, following[0].item, following[0].deadline)
            self._asked = True
            self.until = time.monotonic() + following[0].deadline
        return outcomes

    def give_up(self) -> Outcome:
        """End the process, which was silent for too long, and say so."""
        source = self.left[0]
        self.describer.close()
        text = f"importing took longer than {source.deadline:g} s" if self._asked else "its process did not start"
        manifest = ", or add a manifest" if source.kind == "packages" else ""
        return ModuleLookupError(text, where=source.item, remedy=f"Import less at the top of it{manifest}")


def describe_all(
    sources: Iterable[Source], search_path: Sequence[str] | None = None
) -> Iterator[tuple[Source, Outcome]]:
    """Yield each source with its modules or its error, in the order in which they are done."""
    waiting = [_Talk(group, search_path) for group in _grouped(sources)]
    waiting.reverse()
    active: set[_Talk] = set()
    with selectors.DefaultSelector() as selector, ExitStack() as stack:
        while waiting or active:
            while waiting and len(active) < AT_ONCE:
                talk = waiting.pop()
                stack.callback(talk.describer.close)
                talk.begin()
                selector.register(talk.describer, selectors.EVENT_READ, talk)
                active.add(talk)
            soonest = min(talk.until for talk in active)
            ready = {key.data for key, _ in selector.select(max(0.0, soonest - time.monotonic()))}
            for talk in list(active):
                yield from _step(talk, selector, active, is_ready=talk in ready)


def _grouped(sources: Iterable[Source]) -> list[list[Source]]:
    groups: dict[str, list[Source]] = {}
    for number, source in enumerate(sources):
        groups.setdefault(source.group or f"#{number}", []).append(source)
    return list(groups.values())


def _step(
    talk: _Talk, selector: selectors.BaseSelector, active: set[_Talk], *, is_ready: bool
) -> Iterator[tuple[Source, Outcome]]:
    """Let one process go on: yield what it has told, replace it if it is lost, drop it when it is done."""
    if not is_ready and time.monotonic() < talk.until:
        return
    descriptor = talk.describer.fileno()
    outcomes = talk.hear() if is_ready else [talk.give_up()]
    for outcome in outcomes:
        yield talk.left.pop(0), outcome
    if talk.describer.is_running and talk.left:
        return
    selector.unregister(descriptor)
    if talk.left:
        talk.begin()
        selector.register(talk.describer, selectors.EVENT_READ, talk)
    else:
        talk.describer.close()
        active.discard(talk)
