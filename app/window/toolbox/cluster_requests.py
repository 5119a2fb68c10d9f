"""All that can be asked of the runner about profiles, clusters and engines, each as an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from ....core import protocol as p
from .operation import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Protocol

    from PyQt6.QtCore import pyqtBoundSignal

    from ....core.protocol import ClusterName, Deed, Fate

    class Asks(Protocol):
        """The runner as far as clusters need it."""

        news: pyqtBoundSignal
        state_changed: pyqtBoundSignal
        state: str
        welcome: p.Welcome | None

        def ask(self, kind: type[p.Request], reply: Callable[[Any], None], **facts: Any) -> int:
            """Ask it; return the number of the request."""


START_SECONDS, ACT_SECONDS, END_SECONDS = 60.0, 30.0, 10.0


class ClusterRequests(QObject):
    """``begun`` tells each operation, ``going`` are those that go on. ``took`` gets each answer before it is told."""

    begun = pyqtSignal(object)

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.going: list[Operation] = []
        self._bridge = bridge
        self._numbers: dict[int, Operation] = {}
        bridge.news.connect(self._hear_progress)

    def took(self, answer: Any) -> None:
        """Take an answer in, or the error in its place."""
        raise NotImplementedError

    # How

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
        self.took(answer)
        operation.end(answer)

    def _hear_progress(self, news: Any) -> None:
        if isinstance(news, p.Doing) and news.asked in self._numbers:
            self._numbers[news.asked].hear(news.text, news.fraction)

    # What

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
