"""Workers that die, hang or are stopped: one task is blamed, nobody else is harmed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest
from endings import gone
from process_rigs import suspend

from treadle.core.scheme import Began, Capacity, Died, Ended, Stopped
from treadle.core.worker.execute import Result


def test_a_killed_worker_costs_one_task_of_forty_one_and_none_is_repeated(rig, signals, tmp_path):
    list_of_words = tmp_path / "words"
    # Short tasks first, so that several wait at each worker.
    for number in range(50):
        rig.run("add", a=number)
    (victim,) = rig.submit(rig.call("wait_for_ever", "victim", file=signals.path))
    neighbours = rig.submit(
        *[rig.call("noted", f"n{number}", file=str(list_of_words), word=str(number)) for number in range(40)]
    )
    os.kill(int(signals.word()), signal.SIGKILL)

    found = rig.ended(victim)

    assert found.lost
    assert found.outside
    assert found.result.kind == "killed"
    assert found.result.message == "killed by signal 9 (SIGKILL)"
    assert [rig.value(task) for task in neighbours] == [str(number) for number in range(40)]
    assert sorted(map(int, list_of_words.read_text().split())) == list(range(40))


def test_a_worker_that_is_killed_while_it_has_nothing_to_do_is_told(rig):
    idle = rig.run("own_pid")

    os.kill(idle, signal.SIGKILL)

    while not isinstance(report := rig.take(), Died):
        assert not isinstance(report, Ended)


def test_where_the_supervisor_cannot_be_asked_a_worker_is_killed_only_if_it_is_the_one_that_is_meant(
    rig, signals, monkeypatch
):
    (task,) = rig.submit(rig.call("wait_for_ever", file=signals.path))
    pid = int(signals.word())
    brood = rig.scheme._pool._staff.brood

    def full(_number):
        raise BlockingIOError

    with rig.scheme._lock:
        monkeypatch.setattr(brood._nursery, "kill", full)
        (number,) = [number for number, worker in brood._workers.items() if worker.pid == pid]
        worker = brood._workers[number]
        brood._workers[number] = worker._replace(started=worker.started - 1)
        brood.kill(number)
        assert not gone(pid, 0.2)
        brood._workers[number] = worker
        brood.kill(number)
    assert rig.ended(task).lost


def test_tasks_behind_one_that_takes_unexpectedly_long_go_to_another_worker(rig, signals):
    def calls(count, long, prefix):
        return [rig.call("wait_if", f"{prefix}{n}", file=signals.path, number=n, long=long) for n in range(count)]

    # The module becomes known as a short one, so that many of its calls are sent to a worker at a time.
    known = rig.submit(*calls(300, -1, "known-"))
    assert [rig.value(task) for task in known] == list(range(300))
    tasks = rig.submit(*calls(300, 5, "later-"))
    signals.word()

    assert [rig.value(task) for task in tasks if task != "later-5"] == [n for n in range(300) if n != 5]

    rig.scheme.stop(["later-5"])
    assert rig.end_of("later-5") == Stopped("later-5", 1)


def test_a_worker_killed_amid_short_tasks_costs_only_the_one_it_was_at(rig, signals, tmp_path):
    words = tmp_path / "words"
    rig.submit(*[rig.call("noted", f"known-{n}", file=str(words), word="known") for n in range(300)])
    rig.value("known-299")
    tasks = [rig.call("noted", f"n{n}", file=str(words), word=str(n)) for n in range(300)]
    (victim,) = rig.submit(rig.call("wait_for_ever", "victim", file=signals.path))
    rig.submit(*tasks[:150])
    os.kill(int(signals.word()), signal.SIGKILL)
    rig.submit(*tasks[150:])

    assert rig.cause(victim).kind == "killed"
    assert [rig.value(task.task) for task in tasks] == [str(n) for n in range(300)]
    told = [word for word in words.read_text().split() if word != "known"]
    assert sorted(map(int, told)) == list(range(300))


@pytest.mark.parametrize(
    ("deed", "arguments", "kind", "message"),
    [
        ("leave_with", {"code": 3}, "exited", "exited with code 3"),
        ("leave_with", {"code": 0}, "exited", "exited with code 0"),
        ("crash", {}, "killed", "killed by signal 11 (SIGSEGV)"),
        ("abort", {}, "killed", "killed by signal 6 (SIGABRT)"),
    ],
)
def test_the_end_of_a_worker_is_told_with_its_code_or_signal(rig, deed, arguments, kind, message):
    (task,) = rig.submit(rig.call(deed, **arguments))

    found = rig.ended(task)

    assert (found.result.kind, found.result.message, found.lost) == (kind, message, True)
    assert not found.outside
    assert rig.run("add", a=1) == 2


@pytest.mark.parametrize(("deed", "arguments"), [("leave_politely", {"code": 3}), ("interrupt", {})])
def test_an_exception_meant_for_the_process_fails_the_task_and_the_worker_lives(make_rig, deed, arguments):
    rig = make_rig(workers=1)
    before = rig.run("own_pid")

    assert rig.cause_of(deed, **arguments).kind == "exception"
    assert rig.run("own_pid") == before


ENDS_WHEN_INTERRUPTED = {"wait_for_ever", "hold_the_interpreter", "match_for_ever", "child_for_ever"}
"""Their worker lives on, and only what they started is ended."""


@pytest.mark.parametrize(
    "deed", ["wait_for_ever", "hold_the_interpreter", "match_for_ever", "ignore_signals", "child_for_ever"]
)
def test_whatever_a_task_does_it_is_stopped_within_two_seconds(rig, signals, deed):
    (task,) = rig.submit(rig.call(deed, file=signals.path))
    process = int(signals.word())
    before = time.monotonic()

    rig.scheme.stop([task])

    assert rig.end_of(task) == Stopped(task, 1)
    assert time.monotonic() - before < 2
    assert deed in ENDS_WHEN_INTERRUPTED or gone(process)
    assert rig.run("add", a=1) == 2


def test_a_worker_that_was_suspended_is_stopped_too(rig, signals):
    (task,) = rig.submit(rig.call("wait_for_ever", file=signals.path))
    os.kill(int(signals.word()), signal.SIGSTOP)

    rig.scheme.stop([task])

    assert rig.end_of(task, 2.0) == Stopped(task, 1)


def test_a_stop_spares_the_other_tasks_of_the_worker(make_rig, signals, tmp_path):
    rig = make_rig(workers=1)
    rig.run("add", a=1)
    words = tmp_path / "words"
    (task,) = rig.submit(rig.call("wait_for_ever", file=signals.path))
    others = rig.submit(*[rig.call("noted", f"o{n}", file=str(words), word=str(n)) for n in range(5)])
    signals.word()

    rig.scheme.stop([others[2], task])

    assert rig.end_of(task) == Stopped(task, 1)
    assert rig.end_of(others[2]) == Stopped(others[2], 1)
    assert [rig.value(one) for one in others if one != others[2]] == ["0", "1", "3", "4"]
    assert sorted(words.read_text().split()) == ["0", "1", "3", "4"]


def test_a_task_that_ended_before_the_stop_arrived_is_answered_once(rig):
    (task,) = rig.submit(rig.call("add", a=1))
    rig.ended(task)

    rig.scheme.stop([task, "unknown"])

    assert rig.run("add", a=1) == 2


def test_a_worker_is_replaced_at_once(make_rig, signals):
    rig = make_rig(workers=1)
    (task,) = rig.submit(rig.call("wait_for_ever", file=signals.path))
    os.kill(int(signals.word()), signal.SIGKILL)
    before = time.monotonic()

    rig.submit(rig.call("add", "after", a=1))

    assert rig.value("after") == 2
    assert time.monotonic() - before < 2
    assert rig.cause(task).kind == "killed"


def test_the_pool_survives_the_end_of_its_supervisor(rig, signals):
    (task,) = rig.submit(rig.call("wait_for_ever", file=signals.path))
    worker = int(signals.word())
    supervisor = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1])

    os.kill(supervisor, signal.SIGKILL)

    assert rig.ended(task).lost
    assert gone(worker)
    assert rig.run("add", a=1) == 2


def test_forty_rounds_with_workers_killed_at_random_end_with_every_answer(make_rig):
    rig = make_rig(workers=2)
    chance = random.Random(40)
    for number in range(40):
        waiting = {f"r{number}-{place}": place for place in range(30)}
        rig.submit(*[rig.call("busy", task, seconds=0.001 + place / 1e6) for task, place in waiting.items()])
        pids = [member.pid for member in list(rig.scheme._pool._members.values()) if member.pid]
        if pids and chance.random() < 0.8:
            os.kill(chance.choice(pids), signal.SIGKILL)
        for task, place in waiting.items():
            found = rig.ended(task)
            if found.lost:
                assert found.result.kind == "killed"
                again = f"{task}-again"
                rig.submit(rig.call("busy", again, seconds=0.001 + place / 1e6))
                found = rig.ended(again)
            assert isinstance(found.result, Result)
    lost = [report for report in rig.seen if isinstance(report, Ended) and report.lost]
    assert len(lost) <= 40


def test_a_worker_is_renewed_after_so_many_calls(make_rig):
    rig = make_rig(workers=1, renew_after=5)

    pids = [rig.run("own_pid") for _ in range(20)]

    assert len(set(pids)) >= 4


def test_a_long_task_is_reported_when_it_begins(rig, signals):
    (task,) = rig.submit(rig.call("wait_for_ever", file=signals.path))
    signals.word()

    assert any(isinstance(report, Began) and report.task == task for report in [rig.take(), rig.take()])


def test_when_the_pool_itself_fails_every_task_is_answered(rig, signals, caplog):
    (running,) = rig.submit(rig.call("wait_for_ever", file=signals.path))
    signals.word()

    def fail(_pool):
        raise RuntimeError("injected")

    rig.scheme._ask(fail)
    rig.cause(running)
    (later,) = rig.submit(rig.call("add", a=1))

    assert "injected" in rig.cause(running).message
    assert rig.over[running].lost
    assert "injected" in rig.cause(later).message
    assert rig.over[later].refused
    assert "the scheme processes has failed" in caplog.text


def test_when_no_worker_can_start_it_is_told_and_then_the_tasks_are_left_to_other_schemes(make_rig):
    rig = make_rig(workers=1)
    pid = rig.run("own_pid")
    # Without it no worker gets a directory of its own.
    shutil.rmtree(rig.scheme._premises.disk)
    os.kill(pid, signal.SIGKILL)
    (task,) = rig.submit(rig.call("own_pid"))
    while rig.cause(task).kind == "killed":
        (task,) = rig.submit(rig.call("own_pid"))

    assert rig.cause(task).message == "worker processes cannot be started, or end at once: exited with code 1"
    assert (rig.over[task].refused, rig.over[task].lost) == (True, False)
    assert rig.of(Capacity)[-1] == Capacity("processes", 0, why=rig.cause(task).message)


def test_an_idle_worker_that_is_suspended_holds_up_no_task(rig):
    for number in range(20):
        rig.run("add", a=number)
    suspended = rig.pids()[0]
    suspend(suspended)
    try:
        of_a_known_kind = [rig.call("add", a=number) for number in range(300)]
        of_an_unknown_kind = [rig.call("same", value=number) for number in range(300)]
        tasks = rig.submit(*of_a_known_kind, *of_an_unknown_kind)
        assert all(isinstance(rig.ended(task).result, Result) for task in tasks)
    finally:
        os.kill(suspended, signal.SIGCONT)
    assert rig.run("add", a=1) == 2
