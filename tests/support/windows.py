"""A bridge without a runner: what it is asked is kept, and the test says what it answers."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

from treadle.core import protocol as p


class FakeBridge(QObject):
    """Answers nothing by itself but checks, and those only if told to."""

    news = pyqtSignal(object)
    state_changed = pyqtSignal(str, str)
    busy_changed = pyqtSignal(bool)

    def __init__(self, state="idle") -> None:
        super().__init__()
        self.state = state
        self.busy = False
        self.welcome = None
        self.asked = []
        self.starts = 0
        self.trusted = True
        self.code = ()
        self.problems = ()

    def start(self) -> None:
        self.starts += 1
        self.be("starting")
        self.be("idle")

    def be(self, state, why="") -> None:
        self.state = state
        self.state_changed.emit(state, why)

    def ask(self, kind, reply, **facts) -> None:
        if kind is p.AskTrust:
            reply(p.TrustState(trusted=self.trusted, code=self.code))
        elif kind is p.CheckDocument:
            self.asked.append((kind, reply, facts))
            reply(p.ProblemList(problems=tuple(self.problems)))
        else:
            self.asked.append((kind, reply, facts))

    def requests(self, kind):
        return [(reply, facts) for one, reply, facts in self.asked if one is kind]

    def answer(self, kind, answer):
        """Answer the oldest request of a kind that waits; return its facts."""
        place = next(at for at, (one, _, _) in enumerate(self.asked) if one is kind)
        _, reply, facts = self.asked.pop(place)
        reply(answer)
        return facts


def begun(run, *nodes, axes=()):
    return p.RunStarted(run=run, journal="", nodes=tuple(p.PlannedNode(node=name, axes=axes) for name in nodes))


def row(task, state, node="", scheme="processes", **facts):
    return p.TaskRow(task, node or task.split("[")[0], facts.pop("labels", {}), state, scheme, **facts)


def told(run, *tasks, nodes=None, seconds=1.0, lines=(), waits_at=None):
    """News with the counts of nodes as they follow from the tasks, unless they are given."""
    if nodes is None:
        counts = {}
        for task in tasks:
            node = counts.setdefault(task.node, {})
            node[task.state] = node.get(task.state, 0) + 1
        nodes = counts
    rows = tuple(p.NodeRow(node, states) for node, states in nodes.items())
    return p.RunNews(run=run, seconds=seconds, tasks=tasks, nodes=rows, lines=tuple(lines), waits_at=waits_at)
