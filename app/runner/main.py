"""`treadle runner`: serves one window until it closes the line, and then leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from ...core import protocol as p
from .desk import Desk
from .line import Line
from .runs import Runs

if TYPE_CHECKING:
    from types import FrameType

FAILED = 1


def runner_main() -> int:
    """Serve the window at standard input and output; 0 at the end of the conversation, 1 if it was nonsense."""
    line = Line.of_this_process()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _ended)
    runs = Runs(line.send)
    code = 0
    try:
        line.begin()
        _serve(line, runs)
    except p.ProtocolError as error:
        code = FAILED
        sys.stderr.write(f"treadle runner: {error}\n")
    except SystemExit:
        pass
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        runs.close()
    sys.stderr.flush()
    # Threads of requests that still wait for foreign code must not keep the process.
    os._exit(code)


def _ended(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit


def _serve(line: Line, runs: Runs) -> None:
    desk = Desk(runs, line.send)
    for request in line.requests():
        if isinstance(request, p.Shutdown):
            runs.close()
            desk.answer(request, p.Done())
            return
        if isinstance(request, p.Detach):
            _detach(desk, request, runs)
            return
        desk.take(request)


def _detach(desk: Desk, request: p.Detach, runs: Runs) -> None:
    """Go on alone until the runs are over; they are followed and cancelled by their journals from now on."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with contextlib.suppress(PermissionError):
        # It leads a session already if the window started it so.
        os.setsid()
    desk.answer(request, p.Detached(runs=tuple(runs.unfinished())))
    waiting = threading.Thread(target=runs.wait, daemon=True)
    waiting.start()
    while waiting.is_alive():
        waiting.join(60.0)
