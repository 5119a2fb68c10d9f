"""`treadle runs follow`: shows a run that goes on somewhere else, until it ends."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from ...core.journal.listing import find_run
from ...core.journal.reader import RunReader
from ...core.places import runs_folder
from ...core.run.progress import CANCELLED
from ...core.run.records import TaskChanged, TaskRecord
from ...core.run.states import TaskState
from .display import Quiet
from .runs_text import counts_text, state_text
from .text import duration, one_line

if TYPE_CHECKING:
    from argparse import Namespace

    from ...core.journal.summaries import RunSummary
    from ...core.run.records import RunEvent
    from .display import Watching

POLL_SECONDS = 0.25
_EXIT = {"succeeded": 0, "succeeded with failures": 0, "cancelled": 130}


def follow_command(options: Namespace) -> int:
    """Show a run to its end; the exit code is what the run's own was, 1 if its process died.

    An interrupt ends the following, not the run.
    """
    with RunReader(find_run(runs_folder(), options.run)) as reader:
        run = reader.summary()
        display = _display()
        display.expect(run.name, [node.id for node in reader.nodes()])
        try:
            with display:
                run = _follow(reader, display)
        except KeyboardInterrupt:
            sys.stderr.write(
                f"treadle: {one_line(run.id)} goes on; to end it: treadle runs cancel {one_line(run.id)}\n"
            )
            return 130
    return _told(run)


def _follow(reader: RunReader, display: Watching) -> RunSummary:
    """Tell the display of all that happens, and return how the run ended."""
    made, last = 0, -1
    while True:
        # Asked before the tasks: once it is over, what is then read is all there is.
        run = reader.summary()
        last, changed = reader.changed(last)
        for task in reader.made(made):
            made += 1
            display.hear(TaskChanged(TaskRecord(task.id, task.node, task.labels)))
        for task in changed:
            display.hear(TaskChanged(task))
        if not run.live:
            return run
        time.sleep(POLL_SECONDS)


def _told(run: RunSummary) -> int:
    word = "after" if run.state == "interrupted" else "in"
    told = state_text(run.state).replace(run.state, run.state.capitalize())
    sys.stdout.write(f"{told} {word} {duration(run.seconds)}, {counts_text(run.counts)}\n")
    if run.state == "interrupted":
        sys.stdout.write("Its process ended before the run did.\n")
    return _EXIT.get(run.state, 1)


def _display() -> Watching:
    if not sys.stderr.isatty():
        return _Ends()
    from .bars import Bars

    return Bars()


class _Ends(Quiet):
    """Writes a line for each task that ended, and for each that is tried again."""

    def hear(self, event: RunEvent) -> None:
        """Write a line, if the event is an end."""
        if isinstance(event, TaskChanged):
            task = event.record
            if task.state.terminal or (task.state is TaskState.READY and task.cause is not None):
                sys.stdout.write(f"{one_line(_line(task))}\n")
                sys.stdout.flush()


def _line(task: TaskRecord) -> str:
    if task.state.good:
        return f"{task.title}: {task.state.value} in {duration(task.seconds)}"
    word = "tried again" if task.state is TaskState.READY else task.state.value
    why = task.cause.message.partition("\n")[0] if task.cause else "no cause is known"
    return f"{task.title}: {word}" if why == CANCELLED else f"{task.title}: {word}: {why}"
