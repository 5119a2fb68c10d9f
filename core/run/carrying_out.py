"""Carries out what the scheduler decides: turns its commands into calls of schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InternalError
from . import events as e
from .states import TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..worker.call import Call
    from .arguments import CallMaker
    from .desk import Desk
    from .letting_go import LettingGo
    from .looking_up import LookingUp
    from .moving import Moving
    from .open_schemes import OpenSchemes

STOP_SECONDS = 10.0
"""A task that its scheme has not ended in this time, though told to, counts as ended."""


class CarryingOut:
    """Carries out the commands of one run; ``finished`` once it was told that all is over."""

    def __init__(
        self,
        desk: Desk,
        schemes: OpenSchemes,
        calls: CallMaker,
        moving: Moving,
        looking_up: LookingUp,
        letting_go: LettingGo,
    ) -> None:
        self._desk, self._schemes, self._calls = desk, schemes, calls
        self._moving, self._looking_up, self._letting_go = moving, looking_up, letting_go
        self.finished = False

    def carry_out(self, commands: Iterable[e.Command]) -> None:
        """Do what was decided."""
        starts: dict[str, list[Call]] = {}
        looked_up: list[e.TaskId] = []
        simple, now = self._moving.simple, self._desk.books.now()
        for command in commands:
            if type(command) is e.Start:
                self._start(command, starts, now, simple=simple)
            elif type(command) is e.Release:
                self._release(command.task)
            elif type(command) is e.LookUp:
                looked_up.append(command.task)
            else:
                self._carry_out_other(command)
        if looked_up:
            self._looking_up.ask(looked_up)
        # What executes here and now comes last: the others can work meanwhile.
        for name in sorted(starts, key=lambda name: self._schemes.all[name].runs_here):
            self._schemes.submit(name, starts[name])

    def _start(self, command: e.Start, starts: dict[str, list[Call]], now: float, *, simple: bool) -> None:
        task = self._desk.tasks[command.task]
        call = self._calls.call(task)
        if not simple and self._moving.gives_back(task, call):
            return
        self._desk.books.started(command, task, now)
        if simple or not self._moving.fetches(task, call):
            starts.setdefault(command.scheme, []).append(call)

    def _release(self, name: e.TaskId) -> None:
        task = self._desk.tasks[name]
        if self._letting_go.may_go(task):
            self._moving.release(task)

    def _carry_out_other(self, command: e.Command) -> None:
        match command:
            case e.Skip(name, cause):
                self._desk.settle(name, TaskState.SKIPPED, cause)
            case e.Fail(name, cause):
                self._desk.settle(name, TaskState.FAILED, cause)
            case e.Cancelled(name):
                self._desk.settle(name, TaskState.CANCELLED, self._desk.tasks[name].cause)
            case e.AtBreakpoints():
                self._desk.listener(command)
            case e.Retry():
                pass  # told when the event was taken note of
            case e.Stop(name, scheme):
                self._stop(name, scheme)
            case e.FinishRun():
                self.finished = True
            case _:
                raise InternalError(f"the executor was told {command!r}, which it does not know")

    def _stop(self, name: e.TaskId, scheme: str) -> None:
        desk = self._desk
        if self._moving.give_up(name):
            desk.end(e.TaskStopped(name))
            return
        attempt = desk.tasks[name].attempt

        def give_up() -> None:
            if desk.awaited(name, attempt):
                desk.end(e.TaskStopped(name))

        desk.deadlines.set((name, "stop"), STOP_SECONDS, give_up)
        self._schemes.stop(scheme, name)
