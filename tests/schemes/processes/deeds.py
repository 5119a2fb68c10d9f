"""What the workers of these tests are made to do; found by import path."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any


def add(a: Any, b: Any = 1) -> Any:
    return a + b


def same(value: Any) -> Any:
    return value


def own_pid() -> int:
    return os.getpid()


def note(file: str, word: str) -> None:
    """Write a line at the end of a file, in one piece."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{word}\n".encode())
    os.close(descriptor)


def noted(file: str, word: str) -> str:
    note(file, word)
    return word


def wait_for_ever(file: str) -> None:
    """Write the process id to a file, then never return."""
    note(file, str(os.getpid()))
    while True:
        signal.pause()


def hold_the_interpreter(file: str) -> None:
    """Never return, nor let any other thread of this process run."""
    note(file, str(os.getpid()))
    ctypes.PyDLL(None).sleep(1000)


def match_for_ever(file: str) -> None:
    note(file, str(os.getpid()))
    re.match(r"(a+)+$", "a" * 64 + "b")


def ignore_signals(file: str) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    wait_for_ever(file)


def leave_with(code: int) -> None:
    os._exit(code)


def leave_politely(code: int) -> None:
    sys.exit(code)


def crash() -> None:
    ctypes.string_at(0)


def abort() -> None:
    os.abort()


def interrupt() -> None:
    raise KeyboardInterrupt


def child_for_ever(file: str) -> None:
    child = subprocess.Popen(["sleep", "1000"])
    note(file, f"{child.pid}")
    wait_for_ever(file)


def daemon(file: str) -> int:
    """Leave a process that has a session of its own and whose parent is gone."""
    reader, writer = os.pipe()
    if not os.fork():
        os.setsid()
        if os.fork():
            os._exit(0)
        os.write(writer, str(os.getpid()).encode())
        while True:
            signal.pause()
    os.close(writer)
    process = int(os.read(reader, 100))
    os.close(reader)
    os.wait()
    note(file, str(process))
    return process


def daemon_then_wait(file: str) -> None:
    daemon(file)
    wait_for_ever(file)


def fork_and_return() -> int:
    """Let a child of this process return from the module too."""
    os.fork()
    return 7


class Stubborn(Exception):
    """An exception that cannot be made again from its pickle."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"stubborn {one} {two}")
        self.lock = open(os.devnull)  # noqa: PTH123, SIM115 - as cheap as can be

    def __reduce__(self) -> Any:
        raise TypeError("not this one")


def fail_stubbornly() -> None:
    raise Stubborn(1, 2)


def lock() -> Any:
    return threading.Lock()


def local_function() -> Any:
    return lambda: 42


def deep_list(depth: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


def print_everywhere(word: str) -> None:
    sys.stdout.write(f"python {word}\n")
    sys.stderr.write(f"error {word}\n")
    os.write(1, f"descriptor {word}\n".encode())
    subprocess.run(["echo", f"child {word}"], check=True)
    sys.stdout.write(f"unfinished {word}")


def print_bytes(data: bytes, times: int = 1) -> None:
    for _ in range(times):
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(1, rest) :]


def log_and_progress(word: str) -> None:
    from treadle import log, progress

    for step in range(1000):
        progress(step / 1000, f"{word} {step}")
    progress(1.0, f"{word} done")
    log(word, "logged")


def zeros(count: int) -> Any:
    import numpy as np

    return np.zeros(count)


def plus_one(array: Any) -> Any:
    return array + 1


def write_into(array: Any) -> None:
    array[0] = 1


def change_everything() -> None:
    os.environ["TREADLE_TEST"] = "changed"
    os.chdir("/")
    sys.path.insert(0, "/nowhere")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout = sys.stderr
    sys.setrecursionlimit(5000)
    os.umask(0)


def surroundings() -> tuple[Any, ...]:
    mask = os.umask(0o077)
    os.umask(mask)
    return (
        os.environ.get("TREADLE_TEST"),
        str(Path.cwd()),
        "/nowhere" in sys.path,
        str(signal.getsignal(signal.SIGINT)),
        sys.stdout is sys.stderr,
        sys.getrecursionlimit(),
        mask,
    )


def leave_a_file() -> list[str]:
    found = sorted(path.name for path in Path.cwd().iterdir())
    Path("left-behind").write_text("x")
    return found


def busy(seconds: float) -> float:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass
    return seconds


def allocate(megabytes: int) -> int:
    return len(bytearray(megabytes << 20))


def threads_allowed() -> str | None:
    return os.environ.get("OMP_NUM_THREADS")


def wait_if(file: str, number: int, long: int) -> int:
    """Return the number at once, but wait for ever if it is the one that takes long."""
    if number == long:
        wait_for_ever(file)
    return number


def print_bytes_and_crash(data: bytes) -> None:
    os.write(1, data)
    os.kill(os.getpid(), signal.SIGKILL)


def grow(items: list[int]) -> int:
    """Change the argument, which is not this function's to change."""
    items.append(0)
    return len(items)


class Gated:
    """A value that waits at a gate when it is made again."""

    def __init__(self, file: str, gate: str) -> None:
        self._facts = file, gate

    def __reduce__(self) -> Any:
        return hold, ([1], *self._facts)


def gated(file: str, gate: str) -> Any:
    return Gated(file, gate)


def hold(array: Any, file: str, gate: str) -> int:
    """Say that it runs, and go on when somebody writes into ``gate``."""
    note(file, str(os.getpid()))
    pass_gate(gate)
    return int(array[0])


def pass_gate(gate: str) -> None:
    with open(gate, "rb") as opened:  # noqa: PTH123 - as cheap as can be
        opened.read(1)


def numbered(count: int) -> Any:
    import numpy as np

    return np.arange(count, dtype=float)


def first(array: Any) -> float:
    return float(array[0])


def both(one: Any, two: Any) -> float:
    return float(one[0] + two[0])


def wait_until_cancelled(file: str) -> None:
    from treadle import cancelled

    note(file, str(os.getpid()))
    while not cancelled():
        time.sleep(0.001)
    note(file, "tidied")


def tidy_up_when_interrupted(file: str) -> None:
    try:
        wait_for_ever(file)
    finally:
        note(file, "tidied")


def ask_once_then_wait(file: str) -> None:
    from treadle import cancelled

    cancelled()
    tidy_up_when_interrupted(file)


def never_give_up(file: str) -> None:
    word = str(os.getpid())
    while True:
        try:
            # Whoever reads this may interrupt at once.
            if word:
                note(file, word)
                word = ""
            signal.pause()
        except BaseException:
            note(file, "not yet")


def sleep_shortly(seconds: float) -> str:
    """Return the name of what interrupted it."""
    try:
        time.sleep(seconds)
    except KeyboardInterrupt as error:
        return type(error).__name__
    return ""


def write_here(file: str, text: str) -> Path:
    """Return a relative path to a file in the working directory."""
    Path(file).write_text(text)
    Path("rubbish").write_text("not kept")
    return Path(file)


def where_am_i() -> tuple[str, str]:
    from treadle import scratch

    return str(Path.cwd()), str(scratch())


def threads_in_use() -> tuple[str, list[int]]:
    import numpy as np
    import threadpoolctl

    np.ones((2, 2)) @ np.ones((2, 2))
    return os.environ["OMP_NUM_THREADS"], [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]


def recurse(depth: int) -> int:
    return recurse(depth + 1)


def shout(megabytes: int) -> None:
    line = b"x" * 99 + b"\n"
    for _ in range(megabytes):
        os.write(1, line * 10_000)


def breed(file: str) -> None:
    """Start processes until there may be no more."""
    made = 0
    try:
        while made < 10_000:
            subprocess.Popen(["sleep", "1000"])
            made += 1
    except OSError:
        note(file, str(made))
        raise


def limit_files(array: Any, size: int) -> None:
    """Let this process write no file that is larger, for good."""
    lower_for_good("RLIMIT_FSIZE", size)


def lower_for_good(kind: str, limit: int) -> int:
    """Lower a limit of this process so that it cannot be raised again; return the process."""
    import resource

    number = getattr(resource, kind)
    resource.setrlimit(number, (limit, limit))
    give_up_privileges()
    return os.getpid()


def slow_down_for_good() -> int:
    os.nice(5)
    give_up_privileges()
    return os.getpid()


def give_up_privileges() -> None:
    """Give up all capabilities of this process, which it may have as root."""
    import ctypes

    version_3_of_this_process = (ctypes.c_uint32 * 2)(0x20080522, 0)
    if ctypes.CDLL(None, use_errno=True).capset(version_3_of_this_process, (ctypes.c_uint32 * 6)()):
        raise OSError(ctypes.get_errno(), "capset")


def scribble(descriptor: int, data: bytes) -> None:
    """Write to a descriptor of this process that somebody else has opened, and never return."""
    os.write(descriptor, data)
    while True:
        signal.pause()


def scribble_shortly(descriptor: int, data: bytes) -> int:
    os.write(descriptor, data)
    return 7


def replace_program(program: str) -> None:
    os.execvp(program, [program, "1000"])


def close_descriptors() -> None:
    os.closerange(3, 1000)
    while True:
        signal.pause()


def close_descriptors_and_return(first: int) -> None:
    os.closerange(first, 1000)


def most_open_files() -> int:
    import resource

    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def take(megabytes: int, file: str = "") -> int:
    """Take memory, say so, and hold it for a minute, unless nobody is to be told."""
    held = b"x" * (megabytes << 20)
    if file:
        note(file, str(os.getpid()))
        time.sleep(60)
    return len(held)


def let_a_child_take(megabytes: int) -> None:
    subprocess.run(
        [sys.executable, "-c", f"import time; held = b'x' * ({megabytes} << 20); time.sleep(60)"], check=True
    )


def leak(megabytes: int) -> int:
    """Take memory that stays when the call is over."""
    _leaked.append(b"x" * (megabytes << 20))
    return os.getpid()


_leaked: list[bytes] = []
