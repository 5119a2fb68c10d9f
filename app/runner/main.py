"""`treadle runner`: serves one window until it closes the line, and then leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING

from ...core import protocol as p
from ...core.background import BackgroundThread
from .alive import tasks_on
from .cluster_desk import ClusterDesk
from .desk import Desk
from .leaving import Leaving
from .line import Line
from .operations import Operations
from .runs import Runs

if TYPE_CHECKING:
    from types import FrameType

FAILED = 1
CLOSE_SECONDS = 10.0
_ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def runner_main() -> int:
    """Serve the window at standard input and output; 0 at the end of the conversation, 1 if it was nonsense."""
    line = Line.of_this_process()
    for number in _ENDS:
        signal.signal(number, _ended)
    rooms = Rooms(line)
    code = 0
    try:
        line.begin()
        rooms.serve()
    except p.ProtocolError as error:
        code = FAILED
        sys.stderr.write(f"treadle runner: {error}\n")
    except SystemExit:
        pass
    finally:
        for number in _ENDS:
            signal.signal(number, signal.SIG_IGN)
        rooms.close()
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    # Threads of requests that still wait for foreign code must not keep the process.
    os._exit(code)


def _ended(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit


def _reasons(asked: p.AskSchemes, runs: Runs, clusters: ClusterDesk) -> p.SchemeReasons:
    from .reasons import scheme_reasons

    return scheme_reasons(asked, runs, clusters.engines)


class Rooms:
    """The parts of a runner, and how they end."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.runs = Runs(line.send)
        operations = Operations(line.send)
        clusters = ClusterDesk(line.send, partial(tasks_on, self.runs))
        self.leaving = Leaving(self.runs, clusters, operations)
        more = {**clusters.requests, **self.leaving.requests}
        more[p.AskSchemes] = lambda asked, _operation: _reasons(asked, self.runs, clusters)
        self.desk = Desk(self.runs, line.send, operations, more)

    def serve(self) -> None:
        """Take requests until the window has gone, or does not need this runner any more."""
        for request in self._line.requests():
            if isinstance(request, p.Shutdown):
                self.close()
                self.desk.answer(request, p.Done())
                return
            if isinstance(request, p.Detach):
                self.desk.answer(request, p.Detached(runs=tuple(going.run.id for going in self.runs.going_on())))
                self.leaving.alone = True
                break
            self.desk.take(request)
        if self.leaving.alone:
            self._go_on_alone()

    def _go_on_alone(self) -> None:
        """Go on until the runs are over; they are followed and cancelled by their journals from now on."""
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with contextlib.suppress(PermissionError):
            # It leads a session already if the window started it so.
            os.setsid()
        # Whoever heard what is said there has gone.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for descriptor in (1, 2):
            os.dup2(nowhere, descriptor)
        waiting = threading.Thread(target=self.runs.wait, daemon=True)
        waiting.start()
        while waiting.is_alive():
            waiting.join(60.0)

    def close(self) -> None:
        """End the runs and what is held of clusters, at once."""
        clusters = BackgroundThread(target=self.leaving.close, name="treadle-close", daemon=True)
        clusters.start()
        self.runs.close()
        clusters.join(CLOSE_SECONDS)
