"""The profiles and clusters that the runner tells of."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ....core import protocol as p
from ....core.errors import TreadleError
from ....core.worker.machine import cores
from .cluster_requests import ClusterRequests

if TYPE_CHECKING:
    from ....core.protocol import ClusterName, ClusterRow
    from .cluster_requests import Asks

REFRESH_MS, SOON_MS = 5_000, 500
WATCH_SECONDS = 2.0
OF_SCRIPTS = "treadle-"
"""So begin the names of clusters that belong to one script or one run, and end with it."""


class Clusters(ClusterRequests):
    """What is known of clusters, in the window's thread. Nothing here waits.

    ``changed`` tells that profiles, clusters or leftovers are others, ``news`` the newest row of a cluster that is
    watched. Clusters are looked at only while somebody ``watch``es.
    ``state`` is "unknown" until somebody asked, then "loading", "ready" or "failed", with the ``problem``.
    """

    changed = pyqtSignal()
    news = pyqtSignal(object)

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self.state = "unknown"
        self.problem: TreadleError | None = None
        self.profiles: tuple[p.ProfileRow, ...] = ()
        self.chosen = ""
        self.found: tuple[ClusterRow, ...] = ()
        self.leftovers: tuple[p.Leftover, ...] = ()
        self._rows: dict[ClusterName, ClusterRow] = {}
        self._looked: set[ClusterName] = set()
        self._picked: ClusterName | None = None
        self._viewers: set[int] = set()
        self._watched: ClusterName | None = None
        self._asking = self._ask_again = False
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self._soon = QTimer(self)
        self._soon.setInterval(SOON_MS)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.refresh)
        bridge.news.connect(self._hear)
        bridge.state_changed.connect(self._runner_changed)

    # What is known

    @property
    def host(self) -> str:
        """The machine of the runner, on which engines are started; empty if it is this one, or not known."""
        welcome = self._bridge.welcome
        return "" if welcome is None or welcome.host == socket.gethostname() else welcome.host

    @property
    def cores(self) -> int:
        """How many cores that machine has."""
        welcome = self._bridge.welcome
        return cores() if welcome is None else welcome.cores

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
        if self.state == "failed" and self._bridge.state == "gone":
            return
        if self.state in {"unknown", "failed"}:
            self.state = "loading"
            self.changed.emit()
        if self._bridge.state == "gone":
            # Once there is a runner it is asked, and if there can be none that is told.
            return
        self._asking = True
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

    def _runner_changed(self, state: str, why: str) -> None:
        if state == "gone":
            self._watched = None
            self.found, self._rows, self.leftovers = (), {}, ()
            self._looked.clear()
            if self.state != "unknown":
                self._fail(TreadleError(why or "there is no runner", remedy="Restart it"))
        elif state == "idle" and (self.state in {"loading", "failed"} or self._viewers):
            self.refresh()

    # What comes

    def took(self, answer: Any) -> None:
        """Take an answer in; whatever was done may have changed what there is."""
        if isinstance(answer, p.ClusterList):
            self._take_list(answer)
        elif isinstance(answer, p.ClusterRow):
            self._take_row(answer)
        if not isinstance(answer, p.ClusterList | p.Logs | p.Outcomes):
            self.refresh()

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
        if any(row.name in self._rows and self._rows[row.name].answers and not row.answers for row in told.clusters):
            # It is ending: soon there is nothing left of it to be listed.
            self._soon.start()
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
        if not row.answers:
            # It may have ended: what is left of it, if anything, is told by a list.
            if was is not None and was.answers:
                self.refresh()
            return
        self._rows[row.name] = row
        self._looked.add(row.name)
        if all(one.name != row.name for one in self.found):
            self.found = tuple(sorted((*self.found, row), key=lambda one: one.name))
        self.news.emit(row)
        if was is None or (was.answers, was.held, was.busy) != (row.answers, row.held, row.busy):
            self._follow()
            self.changed.emit()


def _of_a_script(name: ClusterName) -> bool:
    return name.cluster_id.startswith(OF_SCRIPTS)
