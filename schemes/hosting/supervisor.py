"""The process that forks the workers, tells of their ends at once, and ends them all when its owner is gone.

It has one thread and runs no module, so that forking it is safe and it can always answer. It talks with its
owner through one socket: the end of that socket, however the owner ended, is the end of every worker and of
every process that a worker left behind.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import selectors
import signal
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ...core.background import hear_signals
from ...core.owned_folder import remove_if_left
from ...core.worker.limits import LIMIT_THREADS
from . import kin, last_words
from .appetite import Appetite
from .child import Setup, begin

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST = 1 << 18
_KILOBYTE = 1 if sys.platform == "darwin" else 1024
LAST_WORDS = 3.0
_PARTING = 1.0
"""Seconds within which an owner whose end of the socket is closed is gone, if it does not live on."""


def main(descriptor: int) -> None:
    """Serve the owner at the other end of the socket ``descriptor`` until it is gone."""
    for name in LIMIT_THREADS:
        os.environ.setdefault(name, "1")
    with socket.socket(fileno=descriptor) as control:
        Supervisor(control).serve()


class Supervisor:
    """Forks, kills and reaps workers for the owner at the other end of ``control``.

    The owner asks ``("setup", Setup)``, perhaps ``("load", module)`` before it, ``("fork", number)`` with descriptors
    (the channel, the pipe for what is printed, and those that the scheme adds) and ``("kill", number)``; it is told
    ``("born", number, pid, when it started)``, ``("exited", number, status, why, traceback)`` and, right before,
    ``("used", number, bytes of memory)``, and ``("unborn", number, text)``. A worker that ended by an error of its own
    says why. One that takes more memory than the setup allows is killed after ``("over", number, bytes)``.
    ``("end",)`` says that the owner lives on, and removes the folders itself.
    """

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._setup: Setup | None = None
        self._serve: Callable[[Setup, socket.socket], None] | None = None
        self._pids: dict[int, int] = {}
        self._numbers: dict[int, int] = {}
        self._over = self._released = False
        self._appetite = Appetite(0)

    def serve(self) -> None:
        """Answer until the owner is gone; then end every worker and orphan."""
        kin.adopt_orphans()
        # Its owner may have started it from a thread that hears none.
        hear_signals()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._told_to_end)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        wake, woken = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        gc.freeze()
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._control, selectors.EVENT_READ)
                selector.register(wake, selectors.EVENT_READ)
                while not self._over:
                    self._take(selector.select(self._appetite.patience(len(self._pids))), wake)
                    self._end_the_too_large()
        finally:
            self._end_all()

    def _take(self, events: list[tuple[selectors.SelectorKey, int]], wake: int) -> None:
        for key, _ in events:
            if key.fileobj is self._control:
                self._hear()
            else:
                with contextlib.suppress(BlockingIOError):
                    os.read(wake, 4096)
                self._reap()

    def _told_to_end(self, _number: int, _frame: object) -> None:
        self._over = True

    # The owner

    def _hear(self) -> None:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, LARGEST, 8)
        except ConnectionError:
            message = b""
        if not message:
            self._over = True
            return
        match pickle.loads(message):  # noqa: S301 - both ends belong to one run
            case ("load", module):
                importlib.import_module(module)
            case ("setup", setup):
                self._setup = setup
                self._appetite = Appetite(setup.memory_limit)
                module, _, name = setup.serve.partition(":")
                self._serve = getattr(importlib.import_module(module), name)
                # What was imported stays: workers need not look through it for garbage.
                gc.freeze()
            case ("fork", number):
                self._fork(number, descriptors)
            case ("kill", number):
                if number in self._pids:
                    kin.kill_with_group(self._pids[number])
            case ("end",):
                self._over = self._released = True

    def _tell(self, *message: Any) -> None:
        # An owner that is gone is noticed by the next reading.
        with contextlib.suppress(OSError):
            self._control.send(pickle.dumps(message))

    def _fork(self, number: int, descriptors: list[int]) -> None:
        try:
            pid = os.fork()
        except OSError as error:
            self._tell("unborn", number, str(error))
            return
        finally:
            if "pid" not in locals() or pid:
                for descriptor in descriptors:
                    os.close(descriptor)
        if not pid:
            self._become_worker(*descriptors)
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        self._pids[number], self._numbers[pid] = pid, number
        self._tell("born", number, pid, kin.started(pid))

    def _become_worker(self, *descriptors: int) -> NoReturn:
        code = 1
        try:
            assert self._setup is not None
            assert self._serve is not None
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            begin(self._setup, descriptors, self._serve)
            code = 0
        except BaseException as error:  # noqa: BLE001 - whatever it is, its owner is to know
            if self._setup is not None:
                last_words.leave(self._setup.disk, error)
        finally:
            os._exit(code)

    # The children

    def _end_the_too_large(self) -> None:
        for number, taken in self._appetite.too_large(self._pids):
            self._tell("over", number, taken)
            kin.kill_with_group(self._pids[number])

    def _reap(self) -> None:
        gone = 0
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                break
            if ended is None:
                break
            gone += 1
            if ended.si_pid in self._numbers:
                # What it started and kept in its process group ends with it. Only after that its number is free.
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(ended.si_pid, signal.SIGKILL)
            pid, status, used = os.wait4(ended.si_pid, 0)
            if (number := self._numbers.pop(pid, None)) is not None:
                del self._pids[number]
                self._tell("used", number, used.ru_maxrss * _KILOBYTE)
                self._tell("exited", number, status, *self._last_words(pid, status))
        if gone:
            self._kill_orphans()

    def _last_words(self, pid: int, status: int) -> tuple[str, str]:
        if self._setup is None or not os.WIFEXITED(status) or not status:
            return "", ""
        return last_words.take(self._setup.disk, pid)

    def _kill_orphans(self) -> None:
        """Kill what dead workers left: living workers adopt their own orphans, so these are nobody else's."""
        for child in kin.children():
            if child not in self._numbers:
                kin.kill_with_group(child)

    def _end_all(self) -> None:
        end = time.monotonic() + LAST_WORDS
        while time.monotonic() < end:
            for child in kin.children():
                kin.kill_with_group(child)
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                break
            time.sleep(0.002)
        # If the owner lives, it is to notice this end at once.
        self._control.close()
        if self._setup is not None and not self._released:
            _remove_what_is_left(list(map(Path, self._setup.folders)))


def _remove_what_is_left(folders: list[Path]) -> None:
    """Remove the folders of an owner that is gone, or about to be; one that lives keeps them."""
    end = time.monotonic() + _PARTING
    while folders and time.monotonic() < end:
        folders = [folder for folder in folders if not remove_if_left(folder) and folder.exists()]
        time.sleep(0.005)
