"""The scheme that starts a command for each call: what sets it apart from the others."""

from __future__ import annotations

import dataclasses
import queue
import re
import subprocess
import sys
from typing import Any

import psutil
import pytest

from treadle.core.scheme import Began, Ended, Logged, Report, SchemeContext
from treadle.core.worker.call import Call, Form, Given, Target
from treadle.schemes.commands.printed import Printed
from treadle.schemes.commands.scheme import CommandScheme

SECONDS = 60.0


class Told(CommandScheme):
    """Starts what a test says."""

    words: tuple[str, ...] = ()

    def command(self, call: Call, python: list[str]) -> list[str]:
        return [*self.words, *python]


@pytest.fixture
def opened(tmp_path):
    made: list[Told] = []
    heard: queue.SimpleQueue[Report] = queue.SimpleQueue()

    def make(*words: str) -> tuple[Told, queue.SimpleQueue[Report]]:
        scheme = Told(SchemeContext("told", 1, tmp_path / "files", tmp_path / "spare", tmp_path))
        scheme.words = words
        scheme.open(heard.put)
        made.append(scheme)
        return scheme, heard

    yield make
    for scheme in made:
        scheme.close(SECONDS)


def until(heard: queue.SimpleQueue[Report], kind: type[Any]) -> tuple[Any, list[Report]]:
    """Return the first report of this kind, and those before it."""
    before: list[Report] = []
    while not isinstance(report := heard.get(timeout=SECONDS), kind):
        before.append(report)
    return report, before


def speak() -> None:
    sys.stdout.write("a line of Python\n")
    sys.stdout.flush()
    subprocess.run(["/bin/echo", "a line of a child"], check=True)
    sys.stdout.write("no end of line")


def leave_a_child() -> int:
    return subprocess.Popen(["sleep", "600"]).pid


def test_a_command_that_cannot_be_started_refuses_the_call_with_the_reason(opened):
    scheme, heard = opened("/no/such/command")
    scheme.submit([Call("task", Form(Target("operator:neg"), positional=("a",)), {"a": Given(1)})])
    ended, _ = until(heard, Ended)
    assert ended.refused
    assert "/no/such/command" in ended.result.message


def test_a_command_that_ends_without_an_answer_loses_the_call(opened):
    scheme, heard = opened("false")
    scheme.submit([Call("task", Form(Target("operator:neg"), positional=("a",)), {"a": Given(1)})])
    ended, before = until(heard, Ended)
    assert ended.lost
    assert ended.result.message == "exited with code 1"
    assert not [report for report in before if isinstance(report, Began)]


def test_what_a_module_and_its_children_print_is_its_log_and_nothing_else_is(opened):
    scheme, heard = opened()
    scheme.submit([Call("task", Form(Target(live=speak)), {})])
    _, before = until(heard, Ended)
    lines = [report.line for report in before if isinstance(report, Logged)]
    assert sorted(lines) == ["a line of Python", "a line of a child", "no end of line"]


def test_what_a_task_leaves_running_ends_with_it(opened):
    scheme, heard = opened()
    scheme.submit([Call("task", Form(Target(live=leave_a_child)), {})])
    until(heard, Ended)
    pid = scheme.fetch(("task", "out", -1), SECONDS)
    assert gone(pid)


def test_variables_that_the_pipeline_refers_to_reach_a_command_and_stand_in_no_file(tmp_path, opened):
    scheme, heard = opened("env", "-u", "SECRET")
    scheme.context = dataclasses.replace(scheme.context, environment={"SECRET": "hidden-away"})
    scheme.submit([Call("task", Form(Target(live=look_for_secret)), {"folder": Given(str(tmp_path))})])
    until(heard, Ended)
    assert scheme.fetch(("task", "out", -1), SECONDS) == ("hidden-away", [])


def look_for_secret(folder: str) -> tuple[str, list[str]]:
    import os
    from pathlib import Path

    secret = os.environ["SECRET"]
    files = [str(file) for file in Path(folder).rglob("*") if file.is_file() and secret.encode() in file.read_bytes()]
    return secret, files


def gone(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            process.wait(5)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


OWNER = """
import sys, time
from pathlib import Path
from treadle.core.scheme import SchemeContext
from treadle.core.worker.call import Call, Form, Target
from treadle.schemes.commands.scheme import CommandScheme

SOURCE = '''
def hold():
    import os
    print(os.getpid(), flush=True)
    sum(range(10**12))
'''
folder = Path(sys.argv[1])
scheme = CommandScheme(SchemeContext("told", 1, folder / "files", folder / "spare", folder))
scheme.open(lambda report: print(report, flush=True))
scheme.submit([Call("task", Form(Target(source=SOURCE, name="hold")), {})])
time.sleep(600)
"""


def test_commands_end_with_an_owner_that_is_killed_also_if_they_hold_the_lock_of_python(tmp_path):
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    try:
        (found,) = next(found for line in owner.stdout if (found := re.findall(r"Logged.*'(\d+)'", line)))
    finally:
        owner.kill()
        owner.wait()
        owner.stdout.close()
    assert gone(int(found))


@pytest.mark.parametrize("step", [1, 2, 7, 1000])
def test_messages_are_told_from_what_is_printed_however_it_is_read(step):
    data = b'one\ntwo<mark>["began", 1]\n three\n<mark>nonsense\n<ma four\n<mark>["progress", 0.5]\n'
    lines: list[str] = []
    told: list[object] = []
    printed = Printed(b"<mark>", lines.append, told.append)
    for start in range(0, len(data), step):
        printed.feed(data[start : start + step])
    printed.end()
    assert lines == ["one", "two three", "<ma four"]
    assert told == [["began", 1], ["progress", 0.5]]
