"""The profiles and clusters that the runner tells of, and all that can be asked for with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ....core import protocol as p
from ....core.errors import TreadleError
from .operation import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Protocol

    from PyQt6.QtCore import pyqtBoundSignal

    from ....core.protocol import ClusterName, ClusterRow, Deed, Fate

    class Asks(Protocol):
        """The runner as far as clusters need it."""

        news: pyqtBoundSignal
        state_changed: pyqtBoundSignal
        state: str

        def ask(self, kind: type[p.Request], reply: Callable[[Any], None], **facts: Any) -> int:
            """Ask it; return the number of the request."""


REFRESH_MS = 5_000
WATCH_SECONDS = 2.0
START_SECONDS, ACT_SECONDS, END_SECONDS = 60.0, 30.0, 10.0
OF_SCRIPTS = "treadle-"
"""So begin the names of clusters that belong to one script or one run, and end with it."""


class Clusters(QObject):
    """What is known of clusters, in the window's thread. Nothing here waits.

    ``changed`` tells that profiles, clusters or leftovers are others, ``news`` the newest row of a cluster that is
    watched, ``begun`` each operation. Clusters are looked at only while somebody ``watch``es.
    ``state`` is "unknown" until somebody asked, then "loading", "ready" or "failed", with the ``problem``.
    """

    changed = pyqtSignal()
    news = pyqtSignal(object)
    begun = pyqtSignal(object)

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = "unknown"
        self.problem: TreadleError | None = None
        self.profiles: tuple[p.ProfileRow, ...] = ()
        self.chosen = ""
        self.found: tuple[ClusterRow, ...] = ()
        self.leftovers: tuple[p.Leftover, ...] = ()
        self.going: list[Operation] = []
        self._bridge = bridge
        self._rows: dict[ClusterName, ClusterRow] = {}
        self._looked: set[ClusterName] = set()
        self._picked: ClusterName | None = None
        self._numbers: dict[int, Operation] = {}
        self._viewers: set[int] = set()
        self._watched: ClusterName | None = None
        self._asking = self._ask_again = False
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        bridge.news.connect(self._hear)
        bridge.state_changed.connect(self._runner_changed)

    # What is known

    def row(self, name: ClusterName | None = None) -> ClusterRow | None:
        """Return the newest that is known of a cluster, by default of the one that is in front; None if it is not."""
        return self._rows.get(name or self.current)

    def looked(self, name: ClusterName | None = None) -> bool:
        """Say whether the engines of a cluster were asked for: a list of clusters does not tell of them."""
        return (name or self.current) in self._looked

    @property
    def all_profiles(self) -> list[p.ProfileRow]:
        """The profiles by name; the chosen one is among them also while it has no folder yet."""
        if not self.chosen or any(profile.name == self.chosen for profile in self.profiles):
            return list(self.profiles)
        return sorted([*self.profiles, p.ProfileRow(name=self.chosen, folder="")], key=lambda one: one.name)

    @property
    def of_profile(self) -> list[ClusterRow]:
        """The clusters of the chosen profile."""
        return [self._rows[one.name] for one in self.found if one.name.profile == self.chosen]

    @property
    def current(self) -> ClusterName:
        """The cluster in front: the one that was picked, else the one that runs would use; it may not be there."""
        there = {row.name: row for row in self.of_profile}
        if self._picked is not None and self._picked in there:
            return self._picked
        usual = p.ClusterName(self.chosen)
        if usual in there and there[usual].answers:
            return usual
        named = [row.name for row in there.values() if row.answers and (row.held or not _of_a_script(row.name))]
        return named[0] if named else usual

    @property
    def here(self) -> ClusterRow | None:
        """The cluster in front, if it answers."""
        row = self.row()
        return row if row is not None and row.answers else None

    def pick(self, name: ClusterName | None) -> None:
        """Bring a cluster of the chosen profile to the front."""
        self._picked = name
        self._follow()
        self.changed.emit()

    # Looking

    def refresh(self) -> None:
        """Ask anew which profiles, clusters and leftovers there are."""
        if self._asking:
            self._ask_again = True
            return
        self._asking = True
        if self.state in {"unknown", "failed"}:
            self.state = "loading"
            self.changed.emit()
        self._bridge.ask(p.AskClusters, self._listed)

    def watch(self, viewer: QObject) -> None:
        """Keep looking at the cluster in front, for one who shows it."""
        self._viewers.add(id(viewer))
        if not self._timer.isActive():
            self._timer.start()
            self.refresh()
        self._follow()

    def unwatch(self, viewer: QObject) -> None:
        """Look no longer, for one who does not show it any more."""
        self._viewers.discard(id(viewer))
        if not self._viewers:
            self._timer.stop()
            self._follow()

    def _follow(self) -> None:
        """Have the runner tell of the cluster in front, and of no other one."""
        here = self.here
        wanted = here.name if here is not None and self._viewers else None
        if wanted == self._watched:
            return
        old, self._watched = self._watched, wanted
        if old is not None:
            self._bridge.ask(p.WatchCluster, lambda _answer: None, name=old, seconds=0.0)
        if wanted is not None:
            self._bridge.ask(p.WatchCluster, self._watching, name=wanted, seconds=WATCH_SECONDS)

    def _watching(self, answer: Any) -> None:
        if isinstance(answer, p.ClusterRow):
            self._take_row(answer)
        elif isinstance(answer, TreadleError):
            self._watched = None

    def _hear(self, news: Any) -> None:
        if isinstance(news, p.ClusterNews):
            self._take_row(news.cluster)
        elif isinstance(news, p.Doing) and news.asked in self._numbers:
            self._numbers[news.asked].hear(news.text, news.fraction)

    def _runner_changed(self, state: str, why: str) -> None:
        if state == "gone":
            self._watched = None
            self.found, self._rows, self.leftovers = (), {}, ()
            self._looked.clear()
            if self.state != "unknown":
                self._fail(TreadleError(why or "there is no runner", remedy="Restart it"))
        elif state == "idle" and (self.state == "failed" or self._viewers):
            self.refresh()

    # What comes

    def _listed(self, answer: Any) -> None:
        self._asking = False
        if isinstance(answer, p.ClusterList):
            self._take_list(answer)
        else:
            self._fail(answer)
        if self._ask_again:
            self._ask_again = False
            self.refresh()

    def _fail(self, problem: TreadleError) -> None:
        self.state, self.problem = "failed", problem
        self.changed.emit()

    def _take_list(self, told: p.ClusterList) -> None:
        self.state, self.problem = "ready", None
        self.profiles, self.chosen = told.profiles, told.chosen
        self.found, self.leftovers = told.clusters, told.leftovers
        # A list tells of no engines: those that are known stay until the next news.
        self._rows = {row.name: self._with_engines(row) for row in told.clusters}
        self._looked &= {row.name for row in told.clusters if row.answers}
        self._follow()
        self.changed.emit()

    def _with_engines(self, row: ClusterRow) -> ClusterRow:
        known = self._rows.get(row.name)
        if row.engines or known is None or not row.answers:
            return row
        return replace(row, engines=known.engines, variables=row.variables or known.variables)

    def _take_row(self, row: ClusterRow) -> None:
        was = self._rows.get(row.name)
        self._rows[row.name] = row
        self._looked.add(row.name)
        if all(one.name != row.name for one in self.found):
            self.found = tuple(sorted((*self.found, row), key=lambda one: one.name))
        self.news.emit(row)
        if was is None or (was.answers, was.held, was.busy) != (row.answers, row.held, row.busy):
            self._follow()
            self.changed.emit()

    # What can be asked for

    def make_profile(self, name: str, like: str = "") -> Operation:
        """Make a profile, like another one if that is named."""
        return self._begin(self.tr("Making profile {name}").format(name=name), p.MakeProfile, name=name, like=like)

    def choose_profile(self, name: str) -> Operation:
        """Have runs use a profile from now on."""
        return self._begin(self.tr("Changing to profile {name}").format(name=name), p.ChooseProfile, name=name)

    def start(self, name: ClusterName, engines: int = 0, *, deadline: float = START_SECONDS, **how: Any) -> Operation:
        """Start a controller and engines; 0: one for each core. ``how`` are further facts of StartCluster."""
        what = self.tr("Starting cluster {name}").format(name=name)
        return self._begin(what, p.StartCluster, deadline, name=name, engines=engines, **how)

    def add_engines(self, name: ClusterName, engines: int, deadline: float = START_SECONDS) -> Operation:
        """Start more engines."""
        what = self.tr("Adding engines to {name}").format(name=name)
        return self._begin(what, p.AddEngines, deadline, name=name, engines=engines)

    def act(
        self, name: ClusterName, deed: Deed, engines: Sequence[int] = (), deadline: float = ACT_SECONDS
    ) -> Operation:
        """Interrupt, stop, kill or restart engines."""
        words = {
            "interrupt": self.tr("Interrupting engines of {name}"),
            "stop": self.tr("Stopping engines of {name}"),
            "kill": self.tr("Killing engines of {name}"),
            "restart": self.tr("Restarting engines of {name}"),
        }
        what = words[deed].format(name=name)
        return self._begin(what, p.ActOnEngines, deadline, name=name, deed=deed, engines=tuple(engines))

    def execute(
        self, name: ClusterName, statement: str, engines: Sequence[int] = (), deadline: float = START_SECONDS
    ) -> Operation:
        """Run a statement on engines."""
        what = self.tr("Running on engines of {name}").format(name=name)
        facts = {"name": name, "statement": statement, "engines": tuple(engines)}
        return self._begin(what, p.ExecuteOn, deadline, **facts)

    def set_variables(
        self, name: ClusterName, variables: Mapping[str, str | None], deadline: float = ACT_SECONDS
    ) -> Operation:
        """Set variables in the environment of all engines, and of those that join; None removes one."""
        what = self.tr("Setting the environment of {name}").format(name=name)
        return self._begin(what, p.SetVariables, deadline, name=name, variables=dict(variables))

    def logs(self, name: ClusterName, file: str = "", lines: int = 400) -> Operation:
        """Read the ends of the logs."""
        what = self.tr("Reading the logs of {name}").format(name=name)
        return self._begin(what, p.AskLogs, name=name, file=file, lines=lines)

    def let_go(self, name: ClusterName, fate: Fate, deadline: float = END_SECONDS) -> Operation:
        """Stop what was started of a cluster, or leave it running."""
        stop, leave = self.tr("Stopping cluster {name}"), self.tr("Leaving cluster {name} running")
        what = (stop if fate == "stop" else leave).format(name=name)
        return self._begin(what, p.LetGo, deadline, name=name, fate=fate)

    def end_by_force(self, name: ClusterName) -> Operation:
        """Kill what Treadle started of a cluster and what still lives."""
        return self._begin(self.tr("Killing what is left of {name}").format(name=name), p.EndByForce, name=name)

    def shut_down(self, name: ClusterName, deadline: float = END_SECONDS) -> Operation:
        """Ask a controller to end with all its engines."""
        what = self.tr("Asking cluster {name} to shut down").format(name=name)
        return self._begin(what, p.ShutDownCluster, deadline, name=name)

    def take_leftover(self, record: str, what: str) -> Operation:
        """Hold what an earlier session left ("attach"), stop it ("stop"), or leave it as it is ("ignore")."""
        words = {"attach": self.tr("Attaching"), "stop": self.tr("Stopping what was left")}
        return self._begin(words.get(what, ""), p.TakeLeftover, record=record, what=what)

    def _begin(self, what: str, kind: type[p.Request], deadline: float = 0.0, /, **facts: Any) -> Operation:
        if deadline:
            facts["deadline"] = deadline
        operation = Operation(what, deadline)
        self.going.append(operation)
        number = self._bridge.ask(kind, lambda answer: self._ended(operation, answer), **facts)
        if operation.going:
            self._numbers[number] = operation
            operation.set_way_out(lambda: self._give_up(number))
        self.begun.emit(operation)
        return operation

    def _give_up(self, number: int) -> None:
        self._bridge.ask(p.CancelRequest, lambda _answer: None, asked=number)

    def _ended(self, operation: Operation, answer: Any) -> None:
        self.going.remove(operation)
        self._numbers = {number: one for number, one in self._numbers.items() if one is not operation}
        if isinstance(answer, p.ClusterList):
            self._take_list(answer)
        elif isinstance(answer, p.ClusterRow):
            self._take_row(answer)
        if not isinstance(answer, p.ClusterList | p.Logs | p.Outcomes):
            self.refresh()
        operation.end(answer)


def _of_a_script(name: ClusterName) -> bool:
    return name.cluster_id.startswith(OF_SCRIPTS)
