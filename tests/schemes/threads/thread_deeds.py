"""What the threads of these tests are made to do; found by import path."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path  # noqa: TC003 - the annotation is looked up
from typing import Any

import treadle


def add(a: Any, b: Any = 1) -> Any:
    return a + b


def own_pid() -> int:
    return os.getpid()


def fork_and_return() -> int:
    """Let a child of this process return from the module too."""
    os.fork()
    return 7


def note(file: str, word: str) -> None:
    """Write a line at the end of a file, in one piece."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{word}\n".encode())
    os.close(descriptor)


def noted(file: str, word: str) -> str:
    note(file, word)
    return word


def wait_at(gate: str, file: str, word: str) -> str:
    """Write a word to a file, and return it once a byte has come through the gate, which is a named pipe."""
    note(file, word)
    descriptor = os.open(gate, os.O_RDONLY)
    os.read(descriptor, 1)
    os.close(descriptor)
    return word


def wait_for_ever(file: str) -> None:
    """Write the process id to a file, then never return."""
    note(file, str(os.getpid()))
    threading.Event().wait()


def wait_until_cancelled(file: str) -> str:
    note(file, "begun")
    while not treadle.cancelled():
        time.sleep(0.001)
    note(file, "cancelled")
    return "cancelled"


def wait_or_add(file: str, number: int, long: int) -> int:
    """Return the number at once, but wait for ever if it is the one that takes long."""
    if number == long:
        wait_for_ever(file)
    return number


def hold_the_interpreter(file: str) -> None:
    """Never return, nor let any other thread of this process run, from the moment on when the process id is told."""
    libc = ctypes.PyDLL(None)
    descriptor, word = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), f"{os.getpid()}\n".encode()
    sys.setswitchinterval(1000)
    libc.write(descriptor, word, len(word))
    libc.sleep(1000)


def child_for_ever(file: str) -> None:
    child = subprocess.Popen(["sleep", "1000"])
    note(file, f"{child.pid}")
    wait_for_ever(file)


def leave_child(file: str) -> None:
    note(file, f"{subprocess.Popen(['sleep', '1000']).pid}")


def leave_family(file: str) -> None:
    """Leave a shell and what that has started; both write their ids to the file."""
    script = "sleep 1000 & echo $! >> $0; echo $$ >> $0; echo; wait"
    subprocess.Popen(["sh", "-c", script, file], stdout=subprocess.PIPE).stdout.readline()


def child_and_wait(gate: str, file: str) -> int | None:
    """Start a process, and say in the end how it does: None if it lives."""
    child = subprocess.Popen(["sleep", "1000"])
    wait_at(gate, file, f"{child.pid}")
    return child.poll()


def wait_for_child(file: str) -> None:
    """Wait for a shell that waits for a process; both write their ids to the file, and at last how the shell ended."""
    script = "sleep 1000 & echo $! >> $0; echo $$ >> $0; wait"
    note(file, str(subprocess.run(["sh", "-c", script, file], check=False).returncode))


def daemon(file: str) -> None:
    """Leave a process that is nobody's child."""
    script = "setsid sleep 1000 & echo $! >> $0"
    subprocess.run(["sh", "-c", script, file], check=True)


def leave_with(code: int) -> None:
    os._exit(code)


def leave_politely(code: int) -> None:
    sys.exit(code)


def crash() -> None:
    ctypes.string_at(0)


def abort() -> None:
    os.abort()


def kill_own_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def interrupt() -> None:
    raise KeyboardInterrupt


def crash_if(file: str, number: int, bad: int) -> int:
    """Return the number after a while, but end the process if it is the bad one."""
    note(file, str(number))
    time.sleep(0.005)
    if number == bad:
        crash()
    return number


def busy(seconds: float) -> float:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    return seconds


def zeros(count: int) -> Any:
    import numpy as np

    return np.zeros(count)


def plus_one(array: Any) -> Any:
    return array + 1


def total(array: Any) -> float:
    return float(array.sum())


def identity(value: Any) -> int:
    return id(value)


def address(array: Any) -> int:
    return int(array.__array_interface__["data"][0])


def lock() -> Any:
    return threading.Lock()


def is_locked(value: Any) -> bool:
    return bool(value.locked())


def crash_with_lock(value: Any, file: str) -> None:
    note(file, str(value.locked()))
    crash()


def numbers(count: int) -> list[int]:
    return list(range(count))


def print_everywhere(word: str) -> None:
    sys.stdout.write(f"python {word}\n")
    sys.stderr.write(f"error {word}\n")
    sys.stdout.buffer.write(f"bytes {word}\n".encode())
    sys.stdout.write(f"unfinished {word}")


def print_past_python(word: str) -> None:
    ctypes.CDLL(None).puts(f"c {word}".encode())
    os.write(1, f"descriptor {word}\n".encode())
    # Of a call that is shorter than a host marks, output may be told later.
    subprocess.run(["sh", "-c", f"sleep 0.01; echo child {word}"], check=True)


def print_and_wait(gate: str, file: str, word: str) -> None:
    sys.stdout.write(f"{word}\n")
    wait_at(gate, file, word)


def print_past_python_and_wait(gate: str, file: str, word: str) -> None:
    os.write(1, f"{word}\n".encode())
    wait_at(gate, file, word)


def print_much(lines: int, times: int) -> None:
    data = "some line of text\n" * lines
    for _ in range(times):
        sys.stdout.write(data)


def print_and_crash() -> None:
    os.write(1, b"last words\n")
    crash()


def print_bytes(data: bytes) -> None:
    sys.stdout.buffer.write(data)


def log_and_progress(word: str) -> None:
    for step in range(1000):
        treadle.progress(step / 1000, f"{word} {step}")
    treadle.progress(1.0, f"{word} done")
    treadle.log(word, "logged")


def threads_allowed() -> str | None:
    return os.environ.get("OMP_NUM_THREADS")


def blas_threads() -> list[int]:
    import numpy as np
    import threadpoolctl

    np.ones((2, 2)) @ np.ones((2, 2))
    return [found["num_threads"] for found in threadpoolctl.threadpool_info() if found["user_api"] == "blas"]


def blas_threads_and_wait(gate: str, file: str) -> list[int]:
    found = blas_threads()
    wait_at(gate, file, "counted")
    return found


def leave_a_file() -> Path:
    path = treadle.scratch() / "file.txt"
    path.write_text("x")
    return path


def deep_list(depth: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


def recurse(depth: int = 0) -> int:
    return recurse(depth + 1)


def allocate(megabytes: int) -> int:
    return len(bytearray(megabytes << 20))


def allocate_and_die(megabytes: int) -> None:
    allocate(megabytes)
    kill_own_process()


class SlowToPickle:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __reduce__(self) -> Any:
        time.sleep(self.seconds)
        return SlowToPickle, (self.seconds,)


def slow_to_pickle(seconds: float) -> SlowToPickle:
    return SlowToPickle(seconds)


def seconds_of(value: SlowToPickle) -> float:
    return value.seconds


class Contrary:
    """Raises whatever is asked of it, where an attribute that is not there would do."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        raise self.__dict__.get("error", RuntimeError("no"))


def contrary() -> Contrary:
    return Contrary(RuntimeError("no"))


def contrary_to_the_end() -> Contrary:
    return Contrary(SystemExit("never"))


class Untold(type):
    """A class that cannot even be compared."""

    __hash__ = None  # type: ignore[assignment]


class Unclassified(metaclass=Untold):
    pass


def unclassified() -> Unclassified:
    return Unclassified()


class UntoldEndError(BaseException):
    """Has no text, and cannot even say so."""

    def __str__(self) -> str:
        raise UntoldEndError


def fail_untold() -> None:
    raise UntoldEndError


class LateError:
    """Fails when it is pickled, with what no reader of values expects."""

    def __reduce__(self) -> Any:
        raise SystemExit("not even this")


def late_error() -> LateError:
    return LateError()


def close_descriptors(file: str = "", word: str = "", wait: bool = False) -> int:
    """Close what this process has open, as daemons and careless scripts do; say so, and wait for ever if asked to."""
    os.closerange(3, 1000)
    if file:
        note(file, word)
    if wait:
        threading.Event().wait()
    return 1


def replace_descriptors() -> int:
    """Put sockets of our own where this process had its descriptors."""
    os.closerange(3, 1000)
    kept = [socket.socketpair() for _ in range(8)]
    threading.Event().wait(0.1)
    return len(kept)


def stop_hearing(file: str) -> None:
    """End the channel of this process for good, and let no thread of it see that."""
    note(file, str(os.getpid()))
    libc = ctypes.PyDLL(None)
    libc.shutdown(3, socket.SHUT_RDWR)
    libc.sleep(1000)


def interrupt_own_process() -> int:
    os.kill(os.getpid(), signal.SIGINT)
    return os.getpid()


def scribble(data: bytes, wait: bool = True) -> int:
    """Write into the channel of this process."""
    os.write(3, data)
    if wait:
        threading.Event().wait()
    return 7


def replace_program(program: str) -> None:
    os.execvp(program, [program, "1000"])
