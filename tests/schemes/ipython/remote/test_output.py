"""What tasks print on an engine."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from pathlib import Path

import cloudpickle

from treadle.core.worker.cut import cut_by
from treadle.schemes.ipython.remote import messages as m

cloudpickle.register_pickle_by_value(sys.modules[__name__])


def _prints() -> None:
    print("by Python")  # noqa: T201
    ctypes.CDLL(None).puts(b"by C")
    ctypes.CDLL(None).fflush(None)
    sys.stderr.write("an error\n")
    os.system("echo by a child")


def test_what_python_c_code_and_children_print_comes_in_order(runner):
    _, lines = runner.run(_prints)
    assert lines == ["by Python", "by C", "an error", "by a child"]


def test_the_buffer_of_c_is_emptied_at_the_end_of_the_task(runner):
    def prints() -> None:
        time.sleep(0.002)
        ctypes.CDLL(None).printf(b"without an end")

    assert runner.run(prints)[1] == ["without an end"]
    assert runner.run(_prints)[1][0] == "by Python"


def test_each_task_of_a_batch_has_its_own_lines(runner):
    runner.start(*(runner.job(print, {"sep": "", "end": f"line {place}"}) for place in range(3)))
    told = [message for message in runner.heard() if message[0] == m.LINES]
    assert told == [(m.LINES, place, [f"line {place}"]) for place in range(3)]


def test_a_gigabyte_of_output_costs_little_memory_and_its_end_is_kept(runner):
    def prints() -> None:
        block = (b"x" * 99 + b"\n") * 10_000
        for _ in range(1000):
            os.write(1, block)
        print("the end")  # noqa: T201

    runner.start(runner.job(time.sleep, {"seconds": 0.01}, positional=("seconds",)), runner.job(prints, {}))
    told = runner.heard()
    lines = [line for message in told if message[0] == m.LINES for line in message[2]]
    before, answer = (message for message in told if message[0] == m.ANSWER)
    assert lines[-1] == "the end"
    assert sum(cut_by(line) or 1 for line in lines) == 10_000_001
    assert answer[5] - before[5] < 50 << 20
    assert sum(map(len, lines)) < 4 << 20


def test_c_code_that_holds_the_interpreter_can_print_more_than_a_pipe_takes(runner):
    def prints() -> None:
        block = b"y" * (1 << 20)
        libc = ctypes.PyDLL(None)
        for _ in range(4):
            libc.write(1, block, len(block))

    outcome, lines = runner.run(prints)
    assert isinstance(outcome, tuple)
    assert lines[-1].endswith("y")


def test_lines_are_told_while_the_task_runs(runner, tmp_path):
    def waits(place: str) -> None:
        print("begun")  # noqa: T201
        end = time.monotonic() + 30
        while not Path(place).exists() and time.monotonic() < end:
            time.sleep(0.001)

    runner.start(runner.job(waits, {"place": str(tmp_path / "go")}))
    assert runner.until(lambda message: message[0] == m.LINES) == (m.LINES, 0, ["begun"])
    (tmp_path / "go").touch()
    assert [message[0] for message in runner.heard()] == [m.BEGAN, m.LINES, m.ANSWER]


def test_answers_do_not_wait_for_a_long_task_behind_them(runner, tmp_path):
    def waits(place: str) -> None:
        end = time.monotonic() + 30
        while not Path(place).exists() and time.monotonic() < end:
            time.sleep(0.001)

    runner.start(runner.job(os.getpid, {}), runner.job(waits, {"place": str(tmp_path / "go")}))
    assert runner.until(lambda message: message[0] == m.ANSWER)[1] == 0
    (tmp_path / "go").touch()
    runner.heard()


def test_progress_is_told_with_bounds_and_the_last_word_always(runner):
    def tells() -> None:
        from treadle import progress

        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            progress(0.5, "at it")
        progress(0.9, "nearly")

    runner.start(runner.job(tells, {}))
    told = [message for message in runner.heard() if message[0] == m.PROGRESS]
    assert told[-1] == (m.PROGRESS, 0, 0.9, "nearly")
    assert 2 <= len(told) <= 12


def test_the_first_and_the_last_word_on_progress_are_told_also_of_short_jobs(runner):
    def tells() -> None:
        from treadle import progress

        progress(0.25, "a quarter")
        progress(0.5, "half")
        progress(1.0)

    runner.start(runner.job(tells, {}), runner.job(tells, {}))
    told = [message for message in runner.heard() if message[0] == m.PROGRESS]
    expected = [(0.25, "a quarter"), (1.0, "")]
    assert told == [(m.PROGRESS, number, *words) for number in (0, 1) for words in expected]
