"""Proves that a process is the one we mean, and signals it only then."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MARK = "TREADLE_CLUSTER"
"""The variable in the environment of all that we start for a cluster, and of what those processes start."""

_PAUSE = 0.05


_PROGRAM = " -m ipyparallel."


class Proof(msgspec.Struct, frozen=True):
    """A process: its number, when it started, and its command line. No other process ever has all three.

    A Python that is a script puts the real one into its place: only the arguments of the command line stay then.
    """

    pid: int
    started: str
    command: str

    @property
    def lives(self) -> bool:
        """Whether the process that was meant is still there; one that has ended but is not reaped is not."""
        now = proof_of(self.pid)
        return now is not None and now.started == self.started and self._has_become(now.command)

    def _has_become(self, command: str) -> bool:
        _, program, arguments = self.command.partition(_PROGRAM)
        return command == self.command or (bool(program) and command.endswith(f"{program}{arguments}"))

    @property
    def stopped(self) -> bool:
        """Whether it is held by SIGSTOP."""
        with contextlib.suppress(psutil.Error):
            return self.lives and psutil.Process(self.pid).status() == psutil.STATUS_STOPPED
        return False

    @property
    def stuck(self) -> bool:
        """Whether the system holds it, so that not even a kill is heard: in a disk, a network, a frozen container."""
        with contextlib.suppress(psutil.Error):
            return self.lives and psutil.Process(self.pid).status() == psutil.STATUS_DISK_SLEEP
        return False

    def send(self, number: int) -> bool:
        """Send a signal if it is the process that was meant; say whether it was."""
        try:
            handle = os.pidfd_open(self.pid)
        except (AttributeError, OSError):
            return self._send_by_number(number)
        try:
            # The handle was taken first: should the process end now, the signal reaches no other one.
            if not self.lives:
                return False
            signal.pidfd_send_signal(handle, number)
        except OSError:
            return False
        finally:
            os.close(handle)
        return True

    def _send_by_number(self, number: int) -> bool:
        if not self.lives:
            return False
        with contextlib.suppress(OSError):
            os.kill(self.pid, number)
            return True
        return False


def proof_of(pid: int) -> Proof | None:
    """Return what proves that a process is the one that has this number now; None if there is none."""
    if pid <= 0:
        return None
    try:
        process = psutil.Process(pid)
        command = _command(process)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return Proof(pid, _started(process), command)
    except psutil.Error:
        return None


def _command(process: psutil.Process) -> str:
    """Return its command line; of one that is just being started it is empty for an instant."""
    for _ in range(40):
        if line := process.cmdline():
            return " ".join(line)
        if process.status() == psutil.STATUS_ZOMBIE:
            break
        time.sleep(0.001)
    return ""


def _started(process: psutil.Process) -> str:
    """Return when it started, exactly: in ticks of this boot where the kernel tells, as the clock may be set."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        ticks = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return repr(process.create_time())
    return f"{boot}:{ticks}"


def marked(mark: str) -> list[Proof]:
    """Return the processes of this user whose environment holds the mark."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == mark and (proof := proof_of(process.pid)):
                found.append(proof)
    return found


def end(find: Callable[[], Iterable[Proof]], seconds: float, patience: float = 2.0) -> list[Proof]:
    """End the processes that ``find`` returns, and those it returns later; return what lives after ``seconds``.

    They are asked first, and killed after ``patience`` seconds; one that is held by SIGSTOP is woken to hear it.
    """
    start, asked = time.monotonic(), set[Proof]()
    while living := [proof for proof in find() if proof.lives]:
        passed = time.monotonic() - start
        if passed >= seconds:
            return living
        for proof in living:
            if passed >= patience:
                proof.send(signal.SIGKILL)
            elif proof not in asked:
                asked.add(proof)
                proof.send(signal.SIGTERM)
                proof.send(signal.SIGCONT)
        time.sleep(_PAUSE)
    return []
