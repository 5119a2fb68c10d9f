"""Answers what runners ask of this engine."""

from __future__ import annotations

import importlib
import os
import threading
import time
from typing import TYPE_CHECKING, Any

from ....core.worker.limits import ThreadLimits
from . import facts as told
from . import places
from .executing import Execution
from .kernel import flush_live_channel, live_channel
from .messages import (
    BREAK,
    END,
    FORGET,
    HELLO,
    LACKS,
    LOOK,
    PIECES,
    PUT,
    RECALL,
    RUN,
    STOP,
    SUPPLY,
    UNKNOWN,
    WRITE,
    Batch,
    Hello,
    Ran,
    dumps,
    loads,
)  # fmt: skip
from .printed import Printed
from .session import Session
from .stage import Stage
from .telling import Telling

if TYPE_CHECKING:
    from collections.abc import Callable

    from .messages import Facts, Load
    from .turns import Ears

IDLE = 24 * 3600.0
"""Seconds after which a session that nobody has used is ended: its owner is gone."""


class Engine:
    """All sessions of this process.

    Requests come from two threads: the main one, which opens sessions and runs batches, and the one that answers all
    others meanwhile.
    """

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._environment: dict[str, str] = {}
        self._limits = ThreadLimits(self._set_variable)
        self._stage: Stage | None = None
        self._running: Session | None = None
        self._ears: Ears | None = None
        self._lock = threading.RLock()
        self._watching: threading.Timer | None = None

    def call(self, ears: Ears, verb: str, payload: Any) -> bytes:
        """Answer a request in the main thread."""
        asked = loads(payload)
        if verb == HELLO:
            return dumps(self._hello(Hello(*asked)))
        if verb != RUN:
            return dumps(self.answer(verb, asked))
        session = self._sessions.get(asked[0])
        if session is None:
            return dumps(UNKNOWN)
        session.used = time.monotonic()
        ears.turns = session.turns
        self._running, self._ears = session, ears
        session.modules.enter()
        try:
            return dumps(self._run(session, Batch(*asked)))
        finally:
            session.modules.leave()
            self._running = self._ears = ears.turns = None
            if asked[0] not in self._sessions:
                session.end()

    def answer(self, verb: str, asked: Any) -> Any:
        """Answer a request that does not need the main thread."""
        with self._lock:
            name, *rest = asked
            if verb == BREAK:
                ears = self._ears
                return (ears is not None and ears.interrupt()) or UNKNOWN
            if verb == END:
                return self._end(name)
            session = self._sessions.get(name)
            if session is None:
                return UNKNOWN
            if verb == LOOK:
                return self._look()
            session.used = time.monotonic()
            verbs: dict[str, Callable[..., Any]] = {
                RECALL: session.turns.recall, STOP: session.turns.stop, WRITE: session.write, PIECES: session.piece,
                PUT: session.put, FORGET: session.forget, LACKS: session.lacks, SUPPLY: session.supply,
            }  # fmt: skip
            return verbs[verb](*rest)

    # Sessions

    def _hello(self, hello: Hello) -> Facts:
        places.sweep()
        # Files of the run may have come since somebody looked.
        importlib.invalidate_caches()
        with self._lock:
            for name, known in list(self._sessions.items()):
                if name != hello.session and _is_over(known):
                    self._end(name)
            session = self._sessions.get(hello.session)
            if session is not None:
                return session.update(hello)
            session = self._sessions[hello.session] = Session(hello)
            self._watch()
            return session.facts

    def _watch(self) -> None:
        """Have idle sessions ended, also if no other one is ever opened."""
        if self._sessions and (self._watching is None or not self._watching.is_alive()):
            self._watching = threading.Timer(IDLE, self._end_idle)
            self._watching.daemon = True
            self._watching.start()

    def _end_idle(self) -> None:
        with self._lock:
            for name, session in list(self._sessions.items()):
                if session is not self._running and time.monotonic() - session.used > IDLE:
                    self._end(name)
            self._watching = None
            self._watch()

    def _end(self, name: str) -> None:
        session = self._sessions.pop(name, None)
        if session is None:
            return
        if session is self._running:
            # It is ended with its batch.
            session.turns.recall_all()
        else:
            session.end()
        if not self._sessions and self._environment and self._running is None:
            self._environment.clear()
            self._limits.lift(os.cpu_count() or 1)

    def _look(self) -> Load:
        kept = {name: session.keeping.kept for name, session in self._sessions.items()}
        return told.load(kept, None if self._running is None else self._running.turns.running())

    # Batches

    def _set_variable(self, name: str, value: str) -> None:
        self._environment[name] = value
        if self._stage is not None:
            self._stage.surroundings.set_variable(name, value)

    def _run(self, session: Session, batch: Batch) -> Ran:
        session.templates.update(batch.templates)
        printed = Printed(session.folder)
        telling = Telling(live_channel(), printed, flush_live_channel)
        environment = {**session.environment, **self._environment}
        stage = self._stage = Stage(session.home, printed, environment, session.search_path)
        try:
            with stage:
                telling.start()
                try:
                    return Execution(session, stage, printed, telling, self._limits).run(batch)
                finally:
                    telling.finish()
        finally:
            self._stage = None


def _is_over(session: Session) -> bool:
    host, user, pid = session.hello.owner
    if time.monotonic() - session.used > IDLE:
        return True
    if (host, user) != (told.host_name(), told.user_name()):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
