"""The work of the ipython scheme, all of it in one thread: its parts, and what is asked of them."""

from __future__ import annotations

import secrets
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from ...core.run.deadlines import Deadlines
from ...core.scheme import Ended, Exported, Report
from ...core.worker.failures import Cause
from ...core.worker.handing import NotPicklableError
from .bootstrap import entry
from .carrying import Carrying
from .connecting import connect
from .crew import Crew
from .dispatch import NOWHERE, Dispatch
from .filing import Filing
from .greeting import Greeting
from .hearing import LATE_SECONDS, Answers
from .jobs import Parcels
from .ledger import Ledger
from .link import Link, RequestError
from .losses import Losses
from .nannies import Nannies
from .needs import Needs
from .once import Copies
from .pace import UNKNOWN, Pace
from .remote import messages as m
from .stopping import Stopping
from .values import Values
from .watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from ...core.worker.call import Call, ValueId
    from ...core.worker.handing import Handed
    from .engines import Batch, Engine
    from .jobs import Job
    from .nobody import Setup

CONNECT_SECONDS = 10.0
FAREWELL_SECONDS = 0.5
"""In which engines are told that we leave; one that cannot hear it notices by itself that we are gone."""

CLOSE_SECONDS = 1.0
PART_ENDED = "lost contact with the controller of the cluster: a part of it has ended"


class Session:
    """One program's use of a cluster. ``over`` says why nothing can be had from it any more, but what is here already.

    ClusterError if it cannot be reached. ``tell`` puts something to be done into the inbox.
    """

    def __init__(
        self, setup: Setup, folder: Path, tell: Callable[[Callable[[], None]], None], report: Callable[[Report], None]
    ) -> None:
        self.over = ""
        self._farewells: set[str] = set()
        self._report = report
        self._id, self._entry = secrets.token_hex(8), entry()
        self._engines: dict[str, Engine] = {}
        self._deadlines = deadlines = Deadlines(time.monotonic)
        address = setup.address() if callable(setup.address) else setup.address
        ours = Ledger().knows(*address)
        self._link = link = Link(connect(address, CONNECT_SECONDS), tell, deadlines)
        self._values = values = Values()
        self._pace = pace = Pace()
        self._parcels = Parcels(values.adopt, values.spread)
        self._copies = Copies(values)
        self._carrying = Carrying(link, self._engines, values, self._id, folder)
        needs = Needs(link, self._id, setup.search_path)
        filing = Filing(link, self._id, setup.files, folder)
        self._dispatch = Dispatch(
            self._engines, values, pace, self._parcels, self._carrying, self._copies, needs, filing, self._id, report
        )
        self._dispatch.send = self._send
        self._answers = Answers(
            values,
            pace,
            link,
            self._copies,
            filing,
            report,
            self._dispatch.put_back,
            self._parcels.by_value,
            self.release,
        )
        self._answers.released = self._release_lent
        greeting = Greeting(link, setup, self._id, folder)
        self.crew = Crew(
            setup.name, self._engines, link, greeting, values, pace, self._carrying, self._dispatch,
            self._answers, Losses(setup.ours.status), deadlines, report, setup.ours.replace,
        )  # fmt: skip
        self._stopping = Stopping(
            self._engines, link, self._dispatch, self._answers, deadlines, self._id, self.crew.bury
        )
        self._watchdog = Watchdog(link, deadlines, self._lost_contact, setup.ours.alive)
        self._watchdog.engines = self._engines
        self._nannies = Nannies(self._engines, link, deadlines, partial(self.crew.shun, ours), ours)

    def begin(self) -> None:
        """Greet the engines."""
        self.crew.begin()
        self._watchdog.begin()
        self._nannies.look()
        self._link.watch_contact(partial(self._lost_contact, PART_ENDED))

    def patience(self) -> float | None:
        """Return for how many seconds there is nothing to do unless something happens."""
        waits = [one for one in (self._deadlines.remaining(), self._dispatch.due(), self._late()) if one is not None]
        return min(waits, default=None)

    def carry_on(self) -> None:
        """Do what is due, and what follows from what happened."""
        self._deadlines.due()
        now = time.monotonic()
        self._dispatch.feed(now)
        self.crew.hand_back()
        self._relieve(now)
        self.crew.announce()

    # What the executor asks

    def submit(self, calls: Sequence[Call]) -> None:
        """Take calls."""
        for call in calls:
            try:
                self._dispatch.add([self._parcels.job(call)])
            except NotPicklableError as error:
                cause = Cause("not picklable", str(error))
                self._report(Ended(call.task, call.attempt, cause, NOWHERE, refused=True))

    def stop(self, tasks: Iterable[str]) -> None:
        """End calls."""
        self._stopping.stop(tasks)

    def export(self, values: Iterable[ValueId]) -> None:
        """Make values readable, and report how they are read."""
        for value in values:
            told = partial(self._exported, value)
            parts = self._values.spread(value)
            if parts is None:
                self._carrying.readable(value, told)
            else:
                self._carrying.together(value, list(parts), told)

    def _exported(self, value: ValueId, handed: Handed | Cause) -> None:
        self._report(Exported(value, handed))

    def fetch(self, value: ValueId, found: Future[Any]) -> None:
        """Answer how a value, or its items, can be read."""
        try:
            parts = self._values.parts(value)
        except KeyError as error:
            found.set_exception(error)
            return

        def take(handed: list[Handed] | Cause) -> None:
            if isinstance(handed, Cause):
                found.set_exception(
                    OSError(handed.message) if handed.kind == "insufficient resources" else KeyError(handed.message)
                )
            else:
                found.set_result((parts, handed))

        self._carrying.all_readable(parts, take)

    def release(self, tasks: Iterable[str]) -> None:
        """Forget the values of these tasks, here and on the engines."""
        keys, paths = self._values.forget(tasks)
        everywhere = paths.pop("", [])
        for uuid, engine in self._engines.items():
            own, files = keys.get(uuid, []), [*paths.get(uuid, []), *(everywhere if engine.reads_files else ())]
            if own or files:
                self._link.ask(uuid, m.FORGET, (self._id, own, files), lambda _answer: None)

    # On its way

    def _send(self, engine: Engine, batch: Batch, payload: bytes) -> None:
        batch.request = self._link.apply(
            engine.uuid, self._entry, (m.RUN, payload),
            lambda answer: self._replied(engine, batch, answer),
            lambda packet: self._answers.heard(engine, batch, packet),
        )  # fmt: skip

    def _replied(self, engine: Engine, batch: Batch, answer: Any) -> None:
        if batch not in engine.batches:
            return
        if isinstance(answer, bytes):
            ran = m.loads(answer)
            if ran != m.UNKNOWN:
                self._answers.replied(engine, batch, m.Ran(*ran))
                if batch in engine.batches:
                    late = lambda: self._answers.given_up(engine, batch)  # noqa: E731 - it is one thing
                    self._deadlines.set(("late", id(batch)), LATE_SECONDS, late)
                return
        if engine.uuid not in self._link.engines().values():
            self.crew.look()
            return
        # It was interrupted outside our code, or has forgotten us: its user may do with it what he likes.
        self._answers.not_executed(engine, batch, answer)
        if not isinstance(answer, RequestError) or "KeyboardInterrupt" not in str(answer):
            self.crew.greet(engine)

    def _release_lent(self, job: Job) -> None:
        if job.n_procs > 1:
            for engine in self._engines.values():
                if engine.lent is job:
                    engine.lent = None

    def _late(self) -> float | None:
        """Return when to look whether jobs wait behind one that takes long, though another engine is idle."""
        if not any(one.ready and one.idle for one in self._engines.values()):
            return None
        now = time.monotonic()
        late = [one.overdue_at() - now for one in self._engines.values() if one.holds_back]
        late += [one.stuck_at - now for one in self._engines.values() if one.stuck_at < UNKNOWN]
        return max(0.001, min(late)) if late else None

    def _relieve(self, now: float) -> None:
        """Take back what waits behind a job that takes longer than was expected, or behind somebody else's work.

        Only if another engine is idle.
        """
        if self._dispatch.waits or not any(one.ready and one.idle for one in self._engines.values()):
            return
        for engine in self._engines.values():
            if (engine.holds_back and engine.overdue(now)) or engine.stuck_at < now:
                engine.recalling = True
                numbers = [job.number for job in engine.jobs()]
                self._link.ask(
                    engine.uuid,
                    m.RECALL,
                    (self._id, numbers),
                    lambda answer, of=engine: self._recalled(of, answer),  # type: ignore[misc]
                )

    def _recalled(self, engine: Engine, answer: Any) -> None:
        engine.recalling = False
        if isinstance(answer, RequestError) or answer == m.UNKNOWN:
            return
        known = {job.number: job for job in engine.jobs()}
        back = [known[number] for number in answer if number in known]
        for job in back:
            engine.drop(job)
        self._answers.not_begun(back)

    # Ends

    def _lost_contact(self, why: str) -> None:
        self.crew.abandon(why)
        self.over = why

    def leave(self) -> None:
        """Begin to end what runs; take nothing new."""
        self.crew.close()
        for job in self._dispatch.drain():
            job.stopping = True
        self._stopping.stop({job.task for engine in self._engines.values() for job in engine.jobs()})
        self.go_on_leaving()

    def go_on_leaving(self) -> None:
        """Tell engines that have ended all that is ours that we leave."""
        self._deadlines.due()
        for engine in self._engines.values():
            if engine.ready and not engine.batches and not self.over:
                engine.ready = False
                self._farewells.add(engine.uuid)
                self._link.ask(engine.uuid, m.END, (self._id,), partial(self._left, engine.uuid), FAREWELL_SECONDS)

    def _left(self, uuid: str, _answer: Any) -> None:
        self._farewells.discard(uuid)

    @property
    def leaves(self) -> bool:
        """Whether something of ours still runs on an engine, or one has not heard yet that we leave."""
        return not self.over and (bool(self._farewells) or any(one.batches for one in self._engines.values()))

    def close(self) -> None:
        """Let go of the connection, and of all values."""
        self._values.clear()
        self._link.close(CLOSE_SECONDS)
