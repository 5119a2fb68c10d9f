"""Ends jobs before their time: first with a word, then with a signal, then with their engine."""

from __future__ import annotations

import signal
from functools import partial
from typing import TYPE_CHECKING, Any

from .link import RequestError
from .losses import kill_local
from .remote import messages as m

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ...core.run.deadlines import Deadlines
    from .dispatch import Dispatch
    from .engines import Engine
    from .hearing import Answers
    from .jobs import Job
    from .link import Link

WORD_SECONDS = 0.4
"""In which an engine answers that it has told a module to end; if a module holds the interpreter, it cannot."""

ASKS_SECONDS = 0.6
"""What a module that asks whether it is cancelled gets before it is interrupted."""

LAST_SECONDS = 0.7
"""What an interrupted module gets to tidy up before its engine is killed."""

GONE_SECONDS = 2.0
"""In which the end of an engine that was killed is told."""


class Stopping:
    """Stops jobs. ``bury`` takes an engine for gone that was killed, though nobody tells its end."""

    def __init__(
        self,
        engines: Mapping[str, Engine],
        link: Link,
        dispatch: Dispatch,
        answers: Answers,
        deadlines: Deadlines,
        session: str,
        bury: Callable[[Engine], None],
    ) -> None:
        self._engines, self._link, self._dispatch, self._answers = engines, link, dispatch, answers
        self._deadlines, self._session, self._bury = deadlines, session, bury

    def stop(self, tasks: Iterable[str]) -> None:
        """End the jobs of these tasks: at once those that no engine has begun."""
        for task in tasks:
            for job in self._dispatch.remove(task):
                self._answers.stopped(job)
            for engine in list(self._engines.values()):
                for job in [one for one in engine.jobs() if one.task == task and not one.stopping]:
                    job.stopping = True
                    told = partial(self._told, engine, job)
                    self._link.ask(engine.uuid, m.STOP, (self._session, job.number), told, WORD_SECONDS)

    def _told(self, engine: Engine, job: Job, answer: Any) -> None:
        if not self._has(engine, job):
            return
        if isinstance(answer, RequestError) or answer == m.UNKNOWN:
            self._unheard(engine, job)
            return
        state, asks = answer
        if state == "dropped":
            engine.drop(job)
            self._answers.released(job)
            self._answers.stopped(job)
        elif state == "running":
            self._deadlines.set(("stop", job.number), ASKS_SECONDS if asks else 0.0, partial(self._signal, engine, job))

    def _unheard(self, engine: Engine, job: Job) -> None:
        """Go on with an engine that does not answer: its module holds the interpreter, or somebody else's does."""
        running = engine.batches[0].jobs if engine.batches else {}
        if job.began or (job.number in running and len(running) == 1 and not engine.foreign):
            self._signal(engine, job)
            return
        # Somebody else's work may be what runs there. Ours will be thrown away when it is over.
        self._answers.stopped(job)
        self._answers.unwanted(job)

    def _signal(self, engine: Engine, job: Job) -> None:
        if self._has(engine, job):
            self._link.signal(engine.uuid, signal.SIGINT)
            self._deadlines.set(("stop", job.number), LAST_SECONDS, partial(self._kill, engine, job))

    def _kill(self, engine: Engine, job: Job) -> None:
        if self._has(engine, job):
            engine.ending = f"engine {engine.number} was killed: its task did not end when it was told to"
            self._link.signal(engine.uuid, signal.SIGKILL)
            self._deadlines.set(("stop", job.number), GONE_SECONDS / 2, partial(self._kill_here, engine, job))

    def _kill_here(self, engine: Engine, job: Job) -> None:
        """Kill an engine whose helper does not; if it is out of reach, forget it."""
        if self._has(engine, job):
            kill_local(engine)
            self._deadlines.set(("stop", job.number), GONE_SECONDS / 2, partial(self._bury, engine))

    def _has(self, engine: Engine, job: Job) -> bool:
        return engine.uuid in self._engines and any(one is job for one in engine.jobs())
