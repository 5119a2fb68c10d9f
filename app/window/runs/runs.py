"""The runs of one document: begun, steered, and told of, to the canvas, the panels and the toolbar alike."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ....core import protocol as p
from ....core.errors import TreadleError, UsageError
from ..scheme_choices import read, run_options
from . import problems as shown
from .checking import Checking
from .looks import Looks
from .packing import Packer
from .record import LOST, RunRecord
from .stops import Stops
from .trusting import Trusting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ....core.pipeline import Pipeline
    from ..bridge import Bridge
    from ..document import Document
    from ..looks import NodeLook
    from ..settings import Settings

MOST_LINES = 10_000
"""So many lines of the log are kept for a panel that is not open yet."""

_GOING = frozenset(("starting", "running", "paused", "stopping"))


class Runs(QObject):
    """The newest run of a document, and what is known of it between runs.

    ``state`` is ``idle``, ``starting``, ``running``, ``paused``, ``stopping`` or ``lost contact``. A run works on the
    document as it was when it began; nodes that are edited meanwhile look stale. ``looks_changed`` tells the nodes
    whose looks are others, ``run_begun`` that ``record`` is another, ``tasks_changed`` the newest rows of tasks,
    ``lines_told`` new lines and how many were left out, ``trust_needed`` that a person has to look at code first.
    """

    looks_changed = pyqtSignal(object)
    state_changed = pyqtSignal()
    problems_changed = pyqtSignal()
    run_begun = pyqtSignal()
    run_ended = pyqtSignal()
    tasks_changed = pyqtSignal(object)
    lines_told = pyqtSignal(object, int)
    trust_needed = pyqtSignal(object)

    def __init__(self, bridge: Bridge, document: Document, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.state = "idle"
        self.record: RunRecord | None = None
        self.lines: deque[p.LogLine] = deque(maxlen=MOST_LINES)
        self._bridge, self._settings = bridge, settings
        self._packer = Packer(self)
        self.trusting = Trusting(bridge, document, self._packer, self)
        self.checking = Checking(bridge, document, settings, self._packer, self)
        self._asked: tuple[tuple[str, ...], bool] = (), False
        self._refusal: TreadleError | None = None
        self._closed = False
        self._looks = Looks(document, self.checking, self.problems, self)
        self._looks.changed.connect(self.looks_changed)
        self._looks.problems_changed.connect(self.problems_changed)
        bridge.news.connect(self._hear)
        self.stops = Stops(bridge, self)
        self.stops.changed.connect(lambda: self._looks.wait_at(self.stops.places))
        bridge.state_changed.connect(self._bridge_changed)

    # What is asked of it

    @property
    def scheme(self) -> str:
        """The scheme of the next run; it can be set."""
        return self.checking.scheme

    @scheme.setter
    def scheme(self, scheme: str) -> None:
        self.checking.choose(scheme)

    @property
    def going(self) -> bool:
        """Whether a run is under way."""
        return self.state in _GOING

    @property
    def paused(self) -> bool:
        """Whether the run starts nothing new until ``go_on``."""
        return self.state == "paused"

    @property
    def has_failed(self) -> bool:
        """Whether there is anything that ``retry_failed`` would run again."""
        return not self.going and self.record is not None and bool(
            self.record.failed or self.record.state in {LOST, "cancelled", "failed"}
        )  # fmt: skip

    def problems(self) -> list[shown.Shown]:
        """Return what is wrong with the document, and what went wrong in its newest run, the worst first."""
        found = shown.of_check(self.checking.problems) + shown.of_schemes(self.checking.unplaced)
        if self._refusal is not None:
            found.append(shown.of_refusal(self._refusal))
        if self.record is not None:
            found += shown.of_run(self.record)
        return shown.worst_first(found)

    def look(self, node: str) -> NodeLook:
        """Return how a node is shown; a group as its nodes are together."""
        return self._looks.look(node)

    def ask_task(self, task: str, reply: Callable[[Any], None]) -> None:
        """Have all told that is known of a task; ``reply`` gets TaskDetails or a TreadleError."""
        if self.record is None:
            QTimer.singleShot(0, lambda: reply(UsageError("nothing was run yet", remedy="Run it")))
        else:
            self._bridge.ask(p.AskTask, reply, run=self.record.id, task=task)

    # Steering

    def start(self, until: Iterable[str] = (), *, resume: bool = False) -> bool:
        """Begin a run, or with ``until`` one to these nodes only; False if one is under way.

        A runner that is gone is started again. With ``resume`` what the last run finished is not done again.
        """
        if self.going or self._closed:
            return False
        if self._bridge.state == "gone":
            self._bridge.start()
        self._asked = tuple(until), resume
        self._refusal = None
        self._set("starting")
        self._looks.problems_differ()
        snapshot = self.document.pipeline.copy()
        self._packer.pack(snapshot, lambda packed: self._send_start(snapshot, packed))
        return True

    def retry_failed(self, nodes: Iterable[str] = ()) -> bool:
        """Run again what has no result, or only what these nodes need."""
        until = tuple(nodes) or (() if self.record is None else self.record.until)
        return self.start(until, resume=True)

    def trust_and_run(self) -> None:
        """Trust the document, and begin the run that waited for it."""
        until, resume = self._asked
        self.trusting.give(lambda error: self._refused(error) if error else self._begin_again(until, resume))

    def _begin_again(self, until: tuple[str, ...], resume: bool) -> None:  # noqa: FBT001 - as it was asked
        self.start(until, resume=resume)

    def pause(self) -> None:
        """Start nothing new until ``go_on``."""
        self._steer("running", p.PauseRun, "paused")

    def go_on(self) -> None:
        """Go on after a pause."""
        self._steer("paused", p.ResumeRun, "running")

    def _steer(self, before: str, kind: type[p.Request], after: str) -> None:
        if self.state == before and self.record is not None:
            self._bridge.ask(kind, self._steered, run=self.record.id)
            self._set(after)

    def cancel(self, nodes: Iterable[str] = (), tasks: Iterable[str] = ()) -> None:
        """End the run, or only these nodes and tasks of it."""
        nodes, tasks = tuple(nodes), tuple(tasks)
        if not self.going:
            return
        if not nodes and not tasks:
            self._set("stopping")
        if self.record is not None and not self.record.over:
            self._bridge.ask(p.CancelRun, self._steered, run=self.record.id, nodes=nodes, tasks=tasks)

    def close(self) -> None:
        """End what goes on and let go of it: the document is closed."""
        self._closed = True
        self._looks.close()
        self.checking.close()
        self._bridge.news.disconnect(self._hear)
        self._bridge.state_changed.disconnect(self._bridge_changed)
        if self.record is not None:
            self._let_go(self.record)

    def _let_go(self, record: RunRecord) -> None:
        if record.state == LOST or self._bridge.state == "gone":
            return
        if not record.over:
            self._bridge.ask(p.CancelRun, _nothing, run=record.id)
        self._bridge.ask(p.ForgetRun, _nothing, run=record.id, when_over=True)

    # What the runner answers and tells

    def _send_start(self, snapshot: Pipeline, packed: Any) -> None:
        if not isinstance(packed, p.Document):
            self._refused(packed)
            return
        if self.state != "starting":
            self._set("idle")
            return
        until, resume = self._asked
        folder = self._settings.text("cache_folder")
        options = p.RunOptions(
            scheme=self.scheme, until=until, resume=resume, cache_folder=folder, breakpoints=True,
            **run_options(read(self._settings.text("schemes"))),
        )  # fmt: skip
        self._bridge.ask(
            p.StartRun,
            lambda answer: self._started(snapshot, packed, answer),
            document=packed, options=options, trust=self.trusting.trusted,
        )  # fmt: skip

    def _started(self, snapshot: Pipeline, packed: p.Document, answer: Any) -> None:
        if not isinstance(answer, p.RunStarted):
            self._refused(answer, packed)
            return
        before, self.record = self.record, RunRecord(answer, snapshot, self._asked[0])
        if before is not None:
            self._let_go(before)
        if self._closed:
            self._let_go(self.record)
            return
        self.checking.rest(resting=True)
        stop = self.state == "stopping"
        self.lines.clear()
        self._set("running")
        self.run_begun.emit()
        self._looks.show(self.record)
        self._looks.problems_differ()
        if stop:
            self.cancel()

    def _refused(self, error: TreadleError, packed: p.Document | None = None) -> None:
        self._set("idle")
        if self._closed:
            return
        if packed is not None and getattr(error, "kind", "") == "UntrustedError":
            self.trusting.ask_now(packed, self._code_told)
            return
        self._refusal = error
        self._looks.problems_differ()

    def _code_told(self, answer: p.TrustState | TreadleError) -> None:
        if isinstance(answer, TreadleError):
            self._refused(answer)
        elif not self._closed:
            self.trust_needed.emit(answer)

    def _steered(self, answer: Any) -> None:
        """Pass over that a run was over before it could be steered: its end is told."""

    def _hear(self, news: Any) -> None:
        record = self.record
        if record is None or getattr(news, "run", "") != record.id:
            return
        if isinstance(news, p.RunNews):
            self._take(record, news)
        elif isinstance(news, p.RunOver):
            record.end(news)
            self._ended(record)
        elif isinstance(news, p.Warned):
            record.warnings.append(news.text)
            self._looks.problems_differ()

    def _take(self, record: RunRecord, news: p.RunNews) -> None:
        failed = len(record.failed)
        self._looks.stir(record.take(news))
        if news.tasks:
            self.tasks_changed.emit(news.tasks)
        if news.lines or news.cut:
            self.lines.extend(news.lines)
            self.lines_told.emit(news.lines, news.cut)
        if failed != len(record.failed):
            self._looks.problems_differ()

    def _ended(self, record: RunRecord) -> None:
        self._set(LOST if record.state == LOST else "idle")
        self._looks.stir(record.nodes)
        self._looks.problems_differ()
        self.checking.rest(resting=False)
        self.run_ended.emit()

    def _bridge_changed(self, state: str, why: str) -> None:
        if state != "gone" or self.record is None or self.record.over:
            return
        rows, _ = self.record.lose(why or "the runner was ended")
        self.tasks_changed.emit(tuple(rows))
        self._ended(self.record)

    def _set(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit()


def _nothing(_answer: Any) -> None:
    """Whatever it is: nobody waits for it any more."""
