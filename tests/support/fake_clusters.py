"""A bridge to a runner that holds clusters of its own making: nothing is started, and each request is kept."""

from __future__ import annotations

import itertools

from msgspec.structs import replace
from PyQt6.QtCore import QObject, pyqtSignal

from treadle.app.runner.client import RequestError
from treadle.core import protocol as p

LAB = p.ClusterName("lab")
USUAL = p.ClusterName("default")


def engine(number, *, ours=True, state="idle", host="vm", task="", **facts):
    made = {"uuid": f"uuid-{number}", "pid": 31450 + number, "python": "3.11.7", "cores": 2, "load": 0.8}
    made |= {"memory": 25_000_000_000, "used": 69_000_000, "queue": 0, "done": 12 * number, "heard": 0.2}
    made |= {"launcher": "local", "log": f"/logs/engine-{number}.log"}
    return p.EngineRow(number=number, ours=ours, state=state, host=host, task=task, **{**made, **facts})


def cluster(name=USUAL, *engines, **facts):
    made = {"answers": True, "ours": True, "held": True, "encrypted": True, "location": "vm", "process": 31354}
    made |= {"logs": "/home/ada/.local/state/treadle/clusters/logs/20261121-161456-default"}
    return p.ClusterRow(name=name, engines=engines or (engine(0), engine(1)), **{**made, **facts})


def refused(message, kind="ClusterError", where="", remedy=""):
    error = RequestError(message, where=where, remedy=remedy)
    error.kind = kind
    return error


class ClusterBridge(QObject):
    """Answers at once, but what is in ``slow`` only when ``answer`` is called, or when it is given up.

    Requests that are not about clusters are not answered. ``wrong`` has the errors with which requests of a kind are
    refused; ``survivors`` are what ends of no free will.
    """

    news = pyqtSignal(object)
    state_changed = pyqtSignal(str, str)
    busy_changed = pyqtSignal(bool)

    def __init__(self, *clusters, profiles=("default", "lab"), leftovers=()):
        super().__init__()
        self.state, self.welcome, self.busy = "idle", None, False
        self.profiles, self.chosen = list(profiles), "default"
        self.clusters = {one.name: one for one in clusters}
        self.leftovers = tuple(leftovers)
        self.asked, self.slow, self.wrong, self.survivors = [], set(), {}, ()
        self.waiting = {}
        self.watched = {}
        self.variables = {}
        self._numbers = itertools.count(1)

    def start(self):
        self.tell("idle")

    def stop(self):
        self.state = "gone"

    def tell(self, state, why=""):
        self.state = state
        if state == "gone":
            self.watched.clear()
        self.state_changed.emit(state, why)

    # Asked

    def ask(self, kind, reply, **facts):
        number = next(self._numbers)
        self.asked.append((kind, facts))
        if kind is p.CancelRequest:
            self._cancel(facts["asked"], reply)
        elif kind in self.slow:
            self.waiting[number] = kind, reply, facts
        elif hasattr(self, f"_{kind.__name__}"):
            reply(self._answer(kind, facts))
        return number

    def of(self, kind):
        """Return the facts of each request of a kind."""
        return [facts for one, facts in self.asked if one is kind]

    def answer(self, kind):
        """Carry out the oldest request of a kind that waits."""
        self.answer_number(next(number for number, (one, _, _) in self.waiting.items() if one is kind))

    def answer_number(self, number):
        kind, reply, facts = self.waiting.pop(number)
        reply(self._answer(kind, facts))

    def refuse_number(self, number, error):
        _, reply, _ = self.waiting.pop(number)
        reply(error)

    def doing(self, kind, text, fraction=-1.0):
        """Tell how far a request is."""
        number = next(number for number, (one, _, _) in self.waiting.items() if one is kind)
        self.news.emit(p.Doing(asked=number, text=text, fraction=fraction))

    def become(self, row):
        """Have a cluster be so from now on; tell it if it is watched."""
        self.clusters[row.name] = row
        if self.watched.get(row.name):
            self.news.emit(p.ClusterNews(cluster=row))

    def _cancel(self, number, reply):
        reply(p.Done())
        if number in self.waiting:
            _, waits, _ = self.waiting.pop(number)
            waits(refused("it was given up", kind="CancelledError"))

    # Answered

    def _answer(self, kind, facts):
        name = facts.get("name")
        if kind is p.WatchCluster:
            self.watched[name] = 0
        if kind in self.wrong:
            return self.wrong[kind]
        if isinstance(name, p.ClusterName) and name not in self.clusters and kind not in {p.StartCluster, p.AskLogs}:
            return refused("it does not run", where=f"cluster {name}")
        return getattr(self, f"_{kind.__name__}")(**facts)

    def _AskClusters(self):
        rows = tuple(replace(one, engines=()) for one in self.clusters.values())
        names = tuple(p.ProfileRow(name=name, folder=f"/profiles/{name}") for name in sorted(self.profiles))
        return p.ClusterList(profiles=names, chosen=self.chosen, clusters=rows, leftovers=self.leftovers)

    def _MakeProfile(self, name, like):
        self.profiles.append(name)
        return self._AskClusters()

    def _ChooseProfile(self, name):
        self.chosen = name
        return self._AskClusters()

    def _StartCluster(self, name, engines, **_how):
        self.clusters[name] = cluster(name, *(engine(number) for number in range(engines or 2)))
        return self.clusters[name]

    def _AddEngines(self, name, engines, deadline):
        row = self.clusters[name]
        more = (engine(len(row.engines) + at) for at in range(engines))
        self.clusters[name] = replace(row, engines=(*row.engines, *more), held=True)
        return self.clusters[name]

    def _WatchCluster(self, name, seconds):
        self.watched[name] = seconds
        return self.clusters[name]

    def _ActOnEngines(self, name, deed, engines, deadline):
        row = self.clusters[name]
        there = tuple(one for one in row.engines if deed == "interrupt" or one.number not in engines)
        if deed == "restart":
            there += tuple(engine(10 + number) for number in engines)
        self.clusters[name] = replace(row, engines=there)
        return self.clusters[name]

    def _ExecuteOn(self, name, statement, engines, deadline):
        return p.Outcomes(
            rows=tuple(
                p.OutcomeRow(engine=number, output="hello\n", value="42")
                if number != 1
                else p.OutcomeRow(engine=1, error="ZeroDivisionError: division by zero", traceback="line 1\nline 2")
                for number in engines
            )
        )

    def _SetVariables(self, name, variables, deadline):
        self.variables |= variables
        return p.Done()

    def _AskLogs(self, name, file, lines):
        told = (("controller", "controller.log"), ("engine 0", "engine-0.log"), ("engine 1", "engine-1.log"))
        files = tuple(p.LogText(path=f"/logs/{path}", of=of, lines=(f"{of} began", "it goes on")) for of, path in told)
        return p.Logs(folder="/logs", files=files)

    def _ended(self, name, *, whole):
        row = self.clusters[name]
        there = () if whole else tuple(one for one in row.engines if not one.ours)
        self.clusters[name] = replace(
            row, answers=not whole, engines=there, held=False, left_running=False, why_not="it has ended"
        )
        if whole:
            del self.clusters[name]
        survivors, self.survivors = self.survivors, ()
        return p.StillThere(processes=tuple(survivors))

    def _LetGo(self, name, fate, deadline):
        if fate == "leave":
            self.clusters[name] = replace(self.clusters[name], held=False, left_running=True)
            return p.StillThere()
        if self.survivors:
            survivors, self.survivors = self.survivors, ()
            return p.StillThere(processes=tuple(survivors))
        return self._ended(name, whole=self.clusters[name].ours)

    def _EndByForce(self, name):
        return self._ended(name, whole=self.clusters[name].ours) if name in self.clusters else p.StillThere()

    def _ShutDownCluster(self, name, deadline):
        if self.survivors:
            survivors, self.survivors = self.survivors, ()
            return p.StillThere(processes=tuple(survivors))
        return self._ended(name, whole=True)

    def _TakeLeftover(self, record, what):
        self.leftovers = tuple(one for one in self.leftovers if one.record != record)
        return p.StillThere()
