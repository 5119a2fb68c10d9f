"""The engines of a cluster: those that come are made ready, those that go are told, with what they had."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from ...core.scheme import Capacity, Lost, Place, Report
from ...core.worker.failures import Cause
from .engines import Engine
from .link import RequestError
from .losses import kill_local

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.run.deadlines import Deadlines
    from .carrying import Carrying
    from .dispatch import Dispatch
    from .greeting import Greeting
    from .hearing import Answers
    from .link import Link
    from .losses import Losses
    from .pace import Pace
    from .remote import messages as m
    from .values import Values

BUSY_SECONDS = 8.0
"""If no engine has answered our greeting in this time, all are at work for somebody else."""

GATHER_SECONDS = 0.5
"""How long the first engine to answer waits for the others."""

TOLD_SECONDS = 0.3
"""In which the system tells how a process ended that has just ended."""

COMING_SECONDS = 30.0
"""How long jobs wait for an engine that is to come in the place of the last one that went."""

NO_ENGINES = "no engines are registered with the cluster"


class Crew:
    """Knows which engines there are, and keeps the capacity announced.

    ``replace`` has an engine started for one that is gone, where the cluster is ours.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts that an engine's coming and going concerns
        self,
        name: str,
        engines: dict[str, Engine],
        link: Link,
        greeting: Greeting,
        values: Values,
        pace: Pace,
        carrying: Carrying,
        dispatch: Dispatch,
        answers: Answers,
        losses: Losses,
        deadlines: Deadlines,
        report: Callable[[Report], None],
        replace: Callable[[], None] | None = None,
    ) -> None:
        self._name, self._engines, self._link, self._greeting = name, engines, link, greeting
        self._values, self._pace, self._carrying = values, pace, carrying
        self._dispatch, self._answers, self._losses = dispatch, answers, losses
        self._deadlines, self._report, self._replace = deadlines, report, replace
        self._lost = ""
        self._announced: tuple[int, int, str] | None = None
        self._awaited = self._patience_over = False
        self._gathered = self._gathers = self._closed = False

    def begin(self) -> None:
        """Greet the engines that are there, and all that come."""
        self._link.watch(self.look)
        self._deadlines.set("busy", BUSY_SECONDS, self._all_busy)
        self.look()
        if not self._engines:
            self.announce()

    def look(self) -> None:
        """See which engines came and which went."""
        there = {uuid: number for number, uuid in self._link.engines().items()}
        for uuid in [one for one in self._engines if one not in there]:
            self._gone(self._engines[uuid])
        if self._closed:
            return
        for uuid, number in there.items():
            if uuid not in self._engines:
                self._engines[uuid] = engine = Engine(number, uuid)
                self.greet(engine)

    def _gone(self, engine: Engine) -> None:
        """Bury an engine that is not registered any more, once the system has told how it ended, if it is to."""
        now = time.monotonic()
        engine.ending_since = engine.ending_since or now
        left = engine.ending_since + TOLD_SECONDS - now
        if left > 0 and self._losses.unsure(engine):
            engine.ready = False
            self._deadlines.set(("gone", engine.uuid), min(left, TOLD_SECONDS / 10), self.look)
        else:
            self.bury(engine)

    def greet(self, engine: Engine) -> None:
        """Make an engine ready, in its turn: it may be at work for somebody else."""
        engine.ready = False
        engine.sent.clear()
        self._greeting.greet(engine, partial(self._greeted, engine))

    def _greeted(self, engine: Engine, answer: m.Facts | RequestError) -> None:
        if engine.uuid not in self._engines:
            return
        if isinstance(answer, RequestError):
            engine.unusable = str(answer)
            self.announce()
            return
        engine.facts, engine.unusable = answer, ""
        self._losses.recognise(engine)
        engine.place = Place(f"engine {engine.number}", answer.pid, "" if engine.local else answer.host)
        engine.ready, self._awaited = True, False
        self._deadlines.clear("coming")
        self.announce()

    def _all_busy(self) -> None:
        self._patience_over = True
        self.announce()

    # How much it takes

    def announce(self) -> None:
        """Tell how many calls are taken, if that has changed much."""
        ready = sum(one.ready for one in self._engines.values())
        slots = ready * self._pace.depth
        if not ready and any(one.ending_since for one in self._engines.values()):
            return
        if not ready and (self._awaited or (self._announced is None and not self._none_to_come())):
            return
        if ready and self._gathering():
            if not self._gathers:
                self._gathers = True
                self._deadlines.set("gather", GATHER_SECONDS, self._have_gathered)
            return
        before, why = self._announced, "" if slots else self._why_none()
        if before is None or (ready, why) != before[1:] or not 2 / 3 * before[0] <= slots <= 3 / 2 * before[0]:
            self._announced = slots, ready, why
            elsewhere = ready > 0 and not any(one.local for one in self._engines.values() if one.ready)
            self._report(Capacity(self._name, slots, ready, why, elsewhere))

    def _none_to_come(self) -> bool:
        """Whether no engine is going to answer our greeting soon."""
        return self._patience_over or all(one.unusable for one in self._engines.values())

    def _gathering(self) -> bool:
        """Whether others may answer along with the first engine: the first word is to be of all of them."""
        return (
            self._announced is None
            and not self._gathered
            and not all(one.ready or one.unusable for one in self._engines.values())
        )

    def _have_gathered(self) -> None:
        self._gathered = True
        self.announce()

    def _why_none(self) -> str:
        if self._lost:
            return self._lost
        if not self._engines:
            return NO_ENGINES
        unusable = {one.number: one.unusable for one in self._engines.values() if one.unusable}
        if len(unusable) == len(self._engines):
            return "; ".join(f"engine {number}: {why}" for number, why in sorted(unusable.items()))
        return "all engines are at work for others"

    # How they go

    def bury(self, engine: Engine, cause: Cause | None = None, stays: str = "") -> None:
        """Settle what an engine had: the job that it executed is lost, the others go elsewhere.

        ``stays`` says why it cannot be used any more although it stays registered.
        """
        if self._engines.pop(engine.uuid, None) is None:
            return
        if stays:
            self._engines[engine.uuid] = left = Engine(engine.number, engine.uuid)
            left.unusable = stays
        cause = self._losses.cause(engine) if cause is None else cause
        self._deadlines.clear(("stop", engine.uuid))
        batches = list(engine.batches)
        engine.batches.clear()
        lost = self._values.lose(engine.uuid)
        if lost:
            self._report(Lost(tuple(lost)))
        self._settle(engine, batches, cause)
        self._carrying.lost(lost)
        for batch in batches:
            self._link.forget(batch.request)
        self._link.forget_engine(engine.uuid)
        if self._replace is not None and engine.facts.pid:
            self._await_next()
        self.announce()
        self.hand_back()

    def shun(self, is_ours: Callable[[str], bool], engine: Engine) -> None:
        """Do without an engine that nothing but work reaches. One of ours is ended where it is replaced."""
        if self._replace is not None and is_ours(engine.uuid):
            kill_local(engine)
        why = "its nanny does not answer, so that nothing reaches it beside its work"
        self.bury(engine, Cause("lost contact", f"engine {engine.number} was given up: {why}"), stays=why)

    def hand_back(self) -> None:
        """Without engines, and none to come, hand all jobs back: another scheme may take them."""
        none = all(one.unusable for one in self._engines.values())
        if none and not self._awaited and self._dispatch.waits:
            self._give_up()

    def _settle(self, engine: Engine, batches: list[Any], cause: Cause) -> None:
        """Blame one job only if it is known to have run: the end of an engine is held against it."""
        first = list(batches[0].jobs.values()) if batches else []
        rest = [job for batch in batches[1:] for job in batch.jobs.values()]
        guilty = first if len(first) == 1 else [job for job in first if job.stopping]
        for job in guilty:
            self._answers.lost(job, engine, cause)
        back = [job for job in (*first, *rest) if job not in guilty]
        for job in back:
            job.alone = job.alone or job in first
            self._answers.released(job)
            if job.stopping:
                self._answers.stopped(job)
        self._dispatch.put_back([job for job in back if not job.stopping])

    def _await_next(self) -> None:
        assert self._replace is not None
        if not any(one.ready for one in self._engines.values()):
            self._awaited = True
            self._deadlines.set("coming", COMING_SECONDS, self._none_came)
        self._replace()

    def _none_came(self) -> None:
        self._awaited = False
        self.announce()
        self.hand_back()

    def _give_up(self) -> None:
        for job in self._dispatch.drain():
            self._answers.refused(job, Cause("insufficient resources", self._why_none()))

    def close(self) -> None:
        """Have no engine replaced any more, and look for no new ones."""
        self._replace = None
        self._closed = True

    def abandon(self, why: str) -> None:
        """End all that is here: the cluster does not answer any more, or this scheme has failed."""
        self._replace, self._closed, self._lost = None, True, why
        for engine in list(self._engines.values()):
            self.bury(engine, Cause("lost contact", why))
        self._awaited = False
        self.announce()
        self.hand_back()
