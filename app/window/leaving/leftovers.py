"""What an earlier session left: clusters that nobody owns any more, and runs that were left running."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QDateTime, QLocale, QObject, pyqtSignal

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
    """Looks once for what is still there, as soon as there is a runner. ``changed`` tells that ``found`` is another.

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
        self._looked = False
        self._aside: Aside | None = None
        bridge.state_changed.connect(self._runner_changed)

    def end(self) -> None:
        """Look at nothing any more."""
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
        if state == "idle" and not self._looked:
            self._looked = True
            self._bridge.ask(p.AskClusters, self._told_clusters)
            left = self._settings.left_runs()
            if left:
                from . import left_runs

                self._aside = Aside("leftovers", self)
                self._aside.do(lambda: left_runs.find(left), self._told_runs)

    # Clusters

    def _told_clusters(self, answer: Any) -> None:
        if isinstance(answer, p.ClusterList) and answer.leftovers:
            self._clusters = {one.record: one for one in answer.leftovers}
            self._add(*(_cluster(one) for one in answer.leftovers))

    def _act_on_cluster(self, key: str, what: str) -> None:
        doing = {"attach": words.tr("Connecting…"), "stop": words.tr("Stopping…"), "ignore": words.tr("Leaving it…")}
        self._change(key, doing=doing[what], problem="")
        self._bridge.ask(p.TakeLeftover, partial(self._taken, key, what), record=key, what=what)

    def _taken(self, key: str, what: str, answer: Any) -> None:
        if not isinstance(answer, p.StillThere):
            self._change(key, doing="", problem=str(answer))
            return
        if answer.processes:
            pids = ", ".join(str(one.pid) for one in answer.processes)
            self._change(key, doing="", problem=words.tr("These processes did not end: {pids}").format(pids=pids))
            return
        name = str(self._clusters.pop(key).name)
        self._remove(key)
        said = {
            "attach": words.tr("Cluster “{name}” can be used again, and ends with Treadle."),
            "stop": words.tr("Cluster “{name}” was stopped."),
            "ignore": words.tr("Cluster “{name}” was left running."),
        }
        self.said.emit(said[what].format(name=name))

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
    verbs += [("stop", words.tr("Stop")), ("ignore", words.tr("Leave running"))]
    text = words.tr("Cluster “{name}” of an earlier session still runs").format(name=left.name)
    what = engines(left.engines) if left.usable else words.tr("cannot be used again")
    detail = " · ".join((what, _since(left.began), words.processes(left.processes)))
    return Found(left.record, "parallel", text, detail, tuple(verbs))


def _since(seconds: float) -> str:
    when, locale = QDateTime.fromSecsSinceEpoch(round(seconds)), QLocale()
    text = f"{locale.toString(when.date(), QLocale.FormatType.ShortFormat)} {when.toString('HH:mm')}"
    return words.tr("since {time}").format(time=text)


def _run(run: LeftRun) -> Found:
    if not run.live:
        text = words.tr("The run of “{name}” that you left is over").format(name=run.name)
        return Found(run.run, "run", text, run.state, (("seen", words.tr("Close")),))
    text = words.tr("The run of “{name}” that you left goes on").format(name=run.name)
    done = words.tasks_done(run.done, run.total)
    follow = words.tr("follow it with: treadle runs follow {run}").format(run=run.run)
    detail = f"{done} · {follow}"
    return Found(run.run, "run", text, detail, (("stop", words.tr("Stop")), ("seen", words.tr("Leave running"))))
