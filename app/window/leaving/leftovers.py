"""What an earlier session left: clusters that nobody owns any more, and runs that were left running."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QDateTime, QLocale, QObject, QTimer, pyqtSignal

from ....core import protocol as p
from ....core.errors import TreadleError
from ..faults import LOG
from ..files.aside import Aside
from ..toolbox.ipython.words import engines
from . import words

if TYPE_CHECKING:
    from ..bridge import Bridge
    from ..settings import Settings
    from .left_runs import LeftRun

END_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 5.0
LOOKS = 4
"""So often it is looked while what an earlier session held is just being ended: what survives that is told, too."""


@dataclass(frozen=True)
class Found:
    """Something that is still there: what it is, and what can be done with it, each by its name and its verb.

    ``detail`` is what is known of it, ``doing`` is what is being done with it, ``problem`` why that failed.
    """

    key: str
    icon: str
    text: str
    detail: str
    verbs: tuple[tuple[str, str], ...]
    doing: str = ""
    problem: str = ""


class Leftovers(QObject):
    """Looks for what is still there, once, as soon as there is a runner. ``changed`` tells that ``found`` is another.

    ``said`` tells what was done. What is found is not touched before the person says so.
    """

    changed = pyqtSignal()
    said = pyqtSignal(str)

    def __init__(self, bridge: Bridge, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: tuple[Found, ...] = ()
        self._bridge, self._settings = bridge, settings
        self._clusters: dict[str, p.Leftover] = {}
        self._runs: dict[str, LeftRun] = {}
        self._looks = 0
        self._aside: Aside | None = None
        self._seen: set[str] = set()
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._look_for_clusters)
        bridge.state_changed.connect(self._runner_changed)

    def end(self) -> None:
        """Look at nothing any more."""
        self._again.stop()
        if self._aside is not None:
            self._aside.finish(END_SECONDS)

    def act(self, key: str, what: str) -> None:
        """Do with something that was found what the person said."""
        if key in self._clusters:
            self._act_on_cluster(key, what)
        elif what == "stop":
            self._stop_run(self._runs[key])
        else:
            self._settings.forget_run(key)
            self._remove(key)

    def _runner_changed(self, state: str, _why: str) -> None:
        if state == "idle" and not self._looks:
            self._look_for_clusters()
            left = self._settings.left_runs()
            if left:
                from . import left_runs

                self._aside = Aside("leftovers", self)
                self._aside.do(lambda: left_runs.find(left), self._told_runs)

    # Clusters

    def _look_for_clusters(self) -> None:
        self._looks += 1
        self._bridge.ask(p.AskClusters, self._told_clusters)

    def _told_clusters(self, answer: Any) -> None:
        if not isinstance(answer, p.ClusterList):
            return
        new = [one for one in answer.leftovers if one.record not in self._seen]
        self._seen |= {one.record for one in new}
        self._clusters |= {one.record: one for one in new}
        if new:
            self._add(*(_cluster(one) for one in new))
        if answer.ending and self._looks < LOOKS:
            self._again.start(round(LOOK_AGAIN_SECONDS * 1000))

    def _act_on_cluster(self, key: str, what: str) -> None:
        doing = {"attach": words.tr("Connecting…"), "stop": words.tr("Stopping…"), "ignore": words.tr("Leaving it…")}
        self._change(key, doing=doing[what], problem="")
        self._bridge.ask(p.TakeLeftover, partial(self._taken, key, what), record=key, what=what)

    def _taken(self, key: str, what: str, answer: Any) -> None:
        if not isinstance(answer, p.StillThere):
            self._change(key, doing="", problem=str(answer))
            return
        if answer.processes:
            self._change(key, doing="", problem=words.not_ended(answer.processes))
            return
        left = self._clusters.pop(key)
        self._remove(key)
        said = {
            "attach": words.tr("Cluster “{name}” can be used again, and ends with Treadle."),
            "stop": words.tr("Cluster “{name}” was stopped."),
            "ignore": words.tr("Cluster “{name}” was left running.")
            if left.lasting
            else words.tr("What is left of cluster “{name}” is offered again at the next start."),
        }
        self.said.emit(said[what].format(name=left.name))

    # Runs

    def _told_runs(self, runs: list[LeftRun] | BaseException) -> None:
        if isinstance(runs, BaseException):
            LOG.warning("the runs that were left cannot be looked at: %s", runs)
            return
        self._runs = {one.run: one for one in runs}
        for gone in set(self._settings.left_runs()) - set(self._runs):
            self._settings.forget_run(gone)
        self._add(*(_run(one) for one in runs))

    def _stop_run(self, run: LeftRun) -> None:
        from . import left_runs

        if self._aside is not None:
            self._change(run.run, doing=words.tr("Stopping…"), problem="")
            self._aside.do(lambda: left_runs.stop(run), partial(self._run_stopped, run))

    def _run_stopped(self, run: LeftRun, error: BaseException | None) -> None:
        if error is not None:
            text = str(error) if isinstance(error, TreadleError) else f"{type(error).__name__}: {error}"
            self._change(run.run, doing="", problem=text)
            return
        self._settings.forget_run(run.run)
        self._remove(run.run)
        self.said.emit(words.tr("The run of “{name}” was stopped.").format(name=run.name))

    # What is shown

    def _add(self, *found: Found) -> None:
        self.found = (*self.found, *found)
        self.changed.emit()

    def _change(self, key: str, **facts: Any) -> None:
        self.found = tuple(replace(one, **facts) if one.key == key else one for one in self.found)
        self.changed.emit()

    def _remove(self, key: str) -> None:
        self.found = tuple(one for one in self.found if one.key != key)
        self.changed.emit()


def _cluster(left: p.Leftover) -> Found:
    verbs = [("attach", words.tr("Use again"))] if left.usable else []
    stop = words.tr("Stop again") if left.survived else words.tr("Stop")
    verbs += [("stop", stop), ("ignore", words.tr("Leave running") if left.lasting else words.tr("Not now"))]
    if left.survived:
        text = words.tr("Not all of cluster “{name}” of an earlier session has ended").format(name=left.name)
        when = words.tr("told to end {time}").format(time=_moment(left.survived))
        held = words.held_by_the_system(len(left.processes)) if left.stuck else ""
        detail = " · ".join(part for part in (words.processes(left.processes), when, held) if part)
    else:
        text = words.tr("Cluster “{name}” of an earlier session still runs").format(name=left.name)
        what = engines(left.engines) if left.usable else words.tr("cannot be used again")
        since = words.tr("since {time}").format(time=_moment(left.began))
        detail = " · ".join((what, since, words.processes(left.processes)))
    return Found(left.record, "parallel", text, detail, tuple(verbs))


def _moment(seconds: float) -> str:
    when, locale = QDateTime.fromSecsSinceEpoch(round(seconds)), QLocale()
    return f"{locale.toString(when.date(), QLocale.FormatType.ShortFormat)} {when.toString('HH:mm')}"


def _run(run: LeftRun) -> Found:
    if not run.live:
        text = words.tr("The run of “{name}” that you left is over").format(name=run.name)
        return Found(run.run, "run", text, run.state, (("seen", words.tr("Close")),))
    text = words.tr("The run of “{name}” that you left goes on").format(name=run.name)
    done = words.tasks_done(run.done, run.total)
    follow = words.tr("follow it with: treadle runs follow {run}").format(run=run.run)
    detail = f"{done} · {follow}"
    return Found(run.run, "run", text, detail, (("stop", words.tr("Stop")), ("seen", words.tr("Leave running"))))
