"""Lets the window close once it is decided, and done, what becomes of what runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ....core import protocol as p
from ....core.errors import TreadleError
from . import words
from .alive import Lines, lines_of
from .choosing import ChoosePage
from .decisions import Decisions, Habits, by_habit, must_ask, remembered
from .dialog import LeavingDialog
from .request import Requests, Silent
from .steps import STEPS, Step, Waits

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from ....core.protocol import ClusterName, Living
    from ..bridge import Bridge
    from ..settings import Settings
    from ..theme.theme import Theme

    Survivors = tuple[tuple[ClusterName, tuple[Living, ...]], ...]


class Leaving(QObject):
    """Asks the runner what is alive, the person what becomes of it, and the runner to do that. Nothing here waits.

    ``begin`` asks where it has to; ``begin_unasked`` never does: what was remembered holds, and what does not end is
    killed. ``over`` tells that the window may close; by then the runner has been let go of, if it is to go on alone.
    ``stayed`` tells that the person thought better of it.
    A runner that is gone or silent never keeps the window from closing.
    """

    over = pyqtSignal()
    stayed = pyqtSignal()

    def __init__(
        self, bridge: Bridge, theme: Theme, settings: Settings, window: QWidget | None, waits: Waits | None = None
    ) -> None:
        super().__init__(window)
        self.step = Step.IDLE
        self.dialog: LeavingDialog | None = None
        self._bridge, self._theme, self._settings, self._window = bridge, theme, settings, window
        self._waits = waits or Waits()
        self._requests = Requests(bridge, self)
        self._lines, self._decisions = Lines(), Decisions()
        self._survivors: Survivors = ()
        self._left: tuple[str, ...] = ()
        self._unasked_since: float | None = None
        self._slow, self._limit = QTimer(self), QTimer(self)
        for timer, act in ((self._slow, self._show_waiting), (self._limit, self._end_runner)):
            timer.setSingleShot(True)
            timer.timeout.connect(act)

    @property
    def needed(self) -> bool:
        """Whether anything may be alive: a runner that has not begun or is gone has nothing."""
        return self.step is not Step.OVER and self._bridge.state in {"idle", "not responding"}

    @property
    def unasked(self) -> bool:
        """Whether nobody may be asked any more."""
        return self._unasked_since is not None

    def begin(self) -> None:
        """Begin to leave, unless that is under way."""
        if self.step is Step.IDLE:
            # Not in the event that closes the window: it could not be closed there.
            QTimer.singleShot(0, self._begin)

    def begin_unasked(self) -> None:
        """Leave without asking; the second time at once."""
        if self.step is Step.OVER:
            return
        if not self.needed:
            self._finish()
            return
        if self.unasked:
            self._end_runner()
            return
        self._unasked_since = time.monotonic()
        self._limit.start(_ms(self._waits.all_unasked))
        self._take_dialog_away()
        if self.step is Step.SURVIVORS:
            self._kill()
        elif self.step not in {Step.STOPPING, Step.KILLING}:
            self._look()

    def _go(self, step: Step) -> None:
        if step not in STEPS[self.step]:
            raise AssertionError(f"leaving went from {self.step.value} to {step.value}")
        self.step = step

    # What is alive

    def _begin(self) -> None:
        if self.step is not Step.IDLE:
            return
        if not self.needed:
            self._finish()
        elif self._bridge.state == "not responding":
            self._go(Step.LOOKING)
            self._told_alive(Silent())
        else:
            self._look()

    def _look(self) -> None:
        self._go(Step.LOOKING)
        seconds = self._waits.alive_unasked if self.unasked else self._waits.alive
        self._requests.ask(p.AskAlive, self._told_alive, seconds)
        self._wait_visibly()

    def _told_alive(self, answer: Any) -> None:
        if not isinstance(answer, p.Alive):
            self._failed(answer)
            return
        self._lines, habits = lines_of(answer), self._habits()
        self._decisions = by_habit(self._lines, habits)
        if not self._lines:
            self._finish()
        elif self.unasked or not must_ask(self._lines, habits):
            self._carry_out()
        else:
            self._go(Step.CHOOSING)
            self._shown().choose(self._lines, self._decisions)

    # What becomes of it

    def _answered(self, answer: str) -> None:
        page = self.dialog.page if self.dialog is not None else None
        if answer == "go" and isinstance(page, ChoosePage):
            self._decisions = page.decisions
            if page.remember:
                self._remember()
            self._carry_out()
            return
        act = {
            "cancel": self._stay, "back": self._stay, "wait": self._look, "kill": self._kill,
            "leave": self._leave_survivors, "end": self._end_runner,
        }[answer]  # fmt: skip
        act()

    def _carry_out(self) -> None:
        self._go(Step.STOPPING)
        seconds = self._waits.stop_unasked if self.unasked else self._waits.stop
        facts = {**self._decisions.request(), "deadline": seconds}
        self._requests.ask(p.Leave, self._told_left, seconds + self._waits.answer, **facts)
        self._wait_visibly()

    def _told_left(self, answer: Any) -> None:
        if not isinstance(answer, p.Left):
            self._failed(answer)
            return
        self._left = answer.runs
        self._told_survivors(answer.still_there)

    def _told_survivors(self, survivors: Survivors) -> None:
        self._survivors = tuple((name, living) for name, living in survivors if living)
        if not self._survivors:
            self._finish()
        elif not self.unasked:
            killed = self.step is Step.KILLING
            self._go(Step.SURVIVORS)
            lines = [words.living(name, one) for name, left in self._survivors for one in left]
            self._shown().tell_survivors(lines, killed=killed)
        elif self.step is Step.STOPPING:
            self._kill()
        else:
            self._end_runner()

    def _kill(self) -> None:
        self._go(Step.KILLING)
        asked = [(p.EndByForce, {"name": name}) for name, _ in self._survivors]
        self._requests.ask_each(asked, self._told_killed, self._waits.answer)
        self._wait_visibly()

    def _told_killed(self, answers: list[Any]) -> None:
        if failed := [answer for answer in answers if not isinstance(answer, p.StillThere)]:
            self._failed(failed[0])
            return
        names = [name for name, _ in self._survivors]
        self._told_survivors(tuple(zip(names, (answer.processes for answer in answers), strict=True)))

    def _leave_survivors(self) -> None:
        """Leave what did not end, so that the next start finds it."""
        self._go(Step.KILLING)
        asked = [(p.LetGo, {"name": name, "fate": "leave"}) for name, _ in self._survivors]
        self._requests.ask_each(asked, lambda _answers: self._finish(), self._waits.answer)
        self._wait_visibly()

    # Ends

    def _failed(self, answer: Any) -> None:
        """Go on although the runner did not do what it was asked for."""
        if self._bridge.state == "gone":
            # With it ended its runs; its clusters are ended by their guardians.
            self._finish()
        elif self.unasked:
            self._end_runner()
        else:
            self._go(Step.TROUBLE)
            if isinstance(answer, TreadleError):
                self._shown().tell_trouble(answer)
            else:
                self._shown().tell_silence()

    def _stay(self) -> None:
        self._requests.forget()
        self._take_dialog_away()
        self._left = ()
        self._go(Step.IDLE)
        self.stayed.emit()

    def _end_runner(self) -> None:
        """End the runner, and with it all that it has not been told to leave."""
        self._bridge.kill()
        self._left = ()
        self._finish()

    def _finish(self) -> None:
        if self.step is Step.OVER:
            return
        self._requests.forget()
        self._limit.stop()
        self._take_dialog_away()
        self._go(Step.OVER)
        for run in self._left:
            self._settings.leave_run(run)
        if self._left:
            self._bridge.leave()
        elif self._unasked_since is not None:
            gone = time.monotonic() - self._unasked_since
            self._bridge.stop(max(1.0, self._waits.all_unasked - gone))
        self.over.emit()

    # The dialog

    def _wait_visibly(self) -> None:
        """Show that something is waited for: at once if the dialog is open, else if it takes long."""
        if self.unasked:
            return
        if self.dialog is not None:
            self._show_waiting()
        else:
            self._slow.start(_ms(self._waits.show))

    def _show_waiting(self) -> None:
        if self.unasked:
            return
        if self.step is Step.LOOKING:
            self._shown().look(self._waits.alive)
        elif self.step is Step.STOPPING:
            self._shown().wait(words.tr("Stopping…"), self._waits.stop)
        elif self.step is Step.KILLING:
            self._shown().wait(words.tr("Ending what is left…"), self._waits.answer)

    def _shown(self) -> LeavingDialog:
        self._slow.stop()
        if self.dialog is None:
            self.dialog = LeavingDialog(self._theme, self._window)
            self.dialog.answered.connect(self._answered)
        return self.dialog

    def _take_dialog_away(self) -> None:
        self._slow.stop()
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.take_away()

    # Habits

    def _habits(self) -> Habits:
        return Habits(self._settings.text("leave_runs"), self._settings.text("leave_clusters"))

    def _remember(self) -> None:
        habits = remembered(self._decisions, self._habits())
        self._settings.set("leave_runs", habits.runs)
        self._settings.set("leave_clusters", habits.clusters)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
