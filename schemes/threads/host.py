"""What runs in the process of a thread host: it hears its owner, and its threads execute the calls."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import queue
import select
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..hosting import channel as ch
from . import messages as m
from .answers import Outbox
from .attempt import Performer
from .board import RunningBoard
from .crew import Crew
from .leftovers import PAUSE, Stopped
from .parcels import Unpacker
from .store import Store, shared
from .streams import TaskStream

if TYPE_CHECKING:
    import socket

    from ...core.worker.call import ValueId
    from ..hosting.child import Setup

TICK = 0.005
"""Seconds after which what was gathered is sent at the latest, and threads that do not get on are noticed."""


SELDOM = 5000
"""So many new objects may come together before Python looks for those that hold each other."""

SIGN = 1.0
"""Seconds after which a host that hands over its values gives a sign of life: a large one takes its time. So often it
looks whether its channel is there, too, while calls run."""


def serve(setup: Setup, channel: socket.socket) -> None:
    """Execute what comes through the channel until its end."""
    home = tempfile.mkdtemp(prefix=f"host-{os.getpid()}-", dir=setup.disk)
    # Private directories of tasks go there too, so that those of a killed host are removed with the scheme.
    tempfile.tempdir = setup.disk
    os.chdir(home)
    sys.stdout, sys.stderr = TaskStream(1, "<stdout>"), TaskStream(2, "<stderr>")
    _print_by_lines()
    # Who interrupts a run speaks to the owner. A handler, as what is ignored here would be in what modules start too.
    signal.signal(signal.SIGINT, lambda _number, _frame: None)
    # Results are kept by the thousand: looking through them as often as Python does by itself takes too long.
    gc.set_threshold(SELDOM)
    Host(setup, channel).serve()


def _print_by_lines() -> None:
    """Have C code print whole lines at once, as it does in a terminal, and not when 4096 bytes have come together."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        libc = ctypes.CDLL(None)
        line_buffered = 1
        libc.setvbuf(ctypes.c_void_p.in_dll(libc, "stdout"), None, line_buffered, ctypes.c_size_t(0))


class Host:
    """Serves one channel. The first thread hears and never executes, so that it answers whatever the others do.

    Only code that holds the interpreter's lock keeps it from that: then the owner hears nothing and ends the host.
    """

    def __init__(self, setup: Setup, channel: socket.socket) -> None:
        self._setup = setup
        self._channel = channel
        self._inbox = ch.Inbox(channel, Path(setup.memory), Path(setup.disk))
        self._answers = Outbox(channel, Path(setup.memory), Path(setup.disk))
        self._templates: dict[int, bytes] = {}
        self._unpacker = Unpacker(self._templates.__getitem__, shared)
        self._store = Store(Path(setup.memory), Path(setup.disk))
        self._wanted: queue.SimpleQueue[ValueId | None] = queue.SimpleQueue()
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._poll.register(self._answers.wake, select.POLLIN)
        self._due = self._signed = 0.0
        self._leaving = False

    def serve(self) -> None:
        """Hear until the end of the channel."""
        match self._inbox.next():
            case (m.START, threads, places, board, environment):
                self._start(threads, places, Path(board), environment)
            case _:
                return
        # A host that never says that it is ready is replaced.
        self._tell(m.HEARD, [])
        while True:
            self._hear()

    def _start(self, threads: int, places: int, board: Path, environment: dict[str, str]) -> None:
        os.environ.update(environment)
        shown = RunningBoard(board, places)
        self._performer = Performer(
            self._unpacker, self._store, self._setup.store, shown, self._answers, self._setup.mark
        )
        self._crew = Crew(threads, places, self._performer, self._answers, time.perf_counter)
        self._stopped = Stopped(self._crew.thread_of)
        threading.Thread(target=self._export, name="treadle-export", daemon=True).start()

    def _hear(self) -> None:
        """Take one message, or look after what has to be sent."""
        found = dict(self._poll.poll(self._nap()))
        # Also where nothing came: who waits at a descriptor is not woken when it is closed.
        self._answers.check()
        if self._channel.fileno() in found:
            self._heed(self._inbox.next())
        if self._answers.wake in found:
            os.eventfd_read(self._answers.wake)
        now = time.monotonic()
        if not found or (self._answers.attended and now > self._due):
            self._tick(now)

    def _nap(self) -> float | None:
        """Return the milliseconds after which there is something to do in any case."""
        if self._answers.attended:
            return TICK * 1000
        if self._stopped:
            return PAUSE * 1000
        return SIGN * 1000 if self._leaving or self._crew.busy else None

    def _tick(self, now: float) -> None:
        self._due = now + TICK
        if self._leaving and now > self._signed + SIGN:
            self._signed = now
            self._answers.add((m.HEARD, []))
        # First the flag and then the look, so that nobody who adds meanwhile relies on a look that is past.
        self._answers.attended = False
        waiting = self._crew.look_after()
        self._answers.flush()
        self._performer.leftovers.look_after()
        self._stopped.look_after(now)
        if waiting:
            self._answers.attended = True

    def _heed(self, message: Any) -> None:
        match message:
            case (m.CALLS, jobs):
                self._crew.add(jobs)
                self._answers.attended = True
            case (m.TEMPLATE, number, data):
                self._templates[number] = data
            case (m.RELEASE, tasks):
                self._store.release(tasks)
            case (m.STOP, numbers):
                self._stop(numbers)
            case (m.EXPORT, values):
                for value in values:
                    self._wanted.put(value)
            case (m.RETIRE,):
                self._tell(m.BACK, self._crew.take_back())
            case (m.LEAVE,):
                self._leaving = True
                for value in self._store.values():
                    self._wanted.put(value)
                self._wanted.put(None)
            case _:
                # The owner is gone, or a module has closed the channel; only in the second case anybody asks.
                os._exit(m.CUT_OFF)

    def _tell(self, *message: Any) -> None:
        self._answers.add(message)
        self._answers.flush()

    def _stop(self, numbers: list[int]) -> None:
        self._performer.stopped.update(numbers)
        now = time.monotonic()
        for number in numbers:
            self._stopped.add(number, now)
            self._crew.substitute(number)
        self._tell(m.HEARD, numbers)

    def _export(self) -> None:
        """Write values for other processes, in a thread of its own: a large one takes its time."""
        while True:
            value = self._wanted.get()
            if value is None:
                self._leaving = False
                self._tell(m.LEFT)
                continue
            self._answers.add((m.EXPORTED, value, self._store.export(value)))
            if self._wanted.empty():
                self._answers.flush()
