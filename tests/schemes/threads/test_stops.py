"""Calls that are to end: those that listen, those that do not, and those that let nobody else run."""

from __future__ import annotations

import os
import select
import signal
import time
from dataclasses import replace

from endings import gone
from process_rigs import suspend

from treadle.core.scheme import Occupied, Stopped
from treadle.schemes.threads import patience


def calls_go_elsewhere(rig, host: int) -> None:
    """Wait until calls are executed by another host, whatever becomes of those that this one got before."""
    end = time.monotonic() + 5.0
    while rig.host == host:
        assert time.monotonic() < end
        select.select([], [], [], 0.005)
    assert rig.run("own_pid") != host


def test_a_call_that_listens_sees_that_it_is_to_end_and_its_host_stays(rig, words):
    host = rig.run("own_pid")
    task = rig.start("wait_until_cancelled", file=words.path)
    words.word()

    rig.scheme.stop([task])

    assert rig.end_of(task, 1.0) == Stopped(task, 1)
    assert words.word() == "cancelled"
    assert rig.run("own_pid") == host


def occupied(rig) -> list[Occupied | Stopped]:
    return [report for report in rig.seen if isinstance(report, Occupied | Stopped)]


def test_a_call_that_goes_on_after_it_was_stopped_has_its_cores_until_it_ends(rig, words, gate):
    call = rig.call("wait_at", "task", gate=gate.path, file=words.path, word="task")
    rig.submit(replace(call, form=replace(call.form, n_procs=2)))
    rig.start("wait_for_ever", "other", file=words.path)
    words.word(), words.word()

    rig.scheme.stop(["task"])
    rig.end_of("task", 1.0)
    assert occupied(rig) == [Occupied("threads", 2), Stopped("task", 1)]
    gate.open(1)

    rig.until(lambda: len(occupied(rig)) == 3)
    assert occupied(rig)[-1] == Occupied("threads", 0)


def test_a_call_that_never_ends_has_its_core_until_its_host_is_gone(rig, words):
    rig.start("wait_for_ever", "task", file=words.path)
    host = int(words.word())

    rig.scheme.stop(["task"])
    rig.until(lambda: len(occupied(rig)) == 3)

    assert gone(host, 0.0)
    assert occupied(rig) == [Occupied("threads", 1), Stopped("task", 1), Occupied("threads", 0)]


def test_calls_that_have_not_begun_are_stopped_at_once_and_never_run(rig, words, gate, tmp_path):
    for task in ("a", "b"):
        rig.start("wait_at", task, gate=gate.path, file=words.path, word=task)
    words.word(), words.word()
    tasks = [rig.start("noted", f"n{n}", file=str(tmp_path / "log"), word=str(n)) for n in range(10)]

    rig.scheme.stop(tasks[:9])

    assert [rig.end_of(task, 1.0) for task in tasks[:9]] == [Stopped(task, 1) for task in tasks[:9]]
    gate.open(2)
    assert rig.value(tasks[9]) == "9"
    assert rig.value("a") == "a"
    assert (tmp_path / "log").read_text() == "9\n"


def test_a_stopped_call_can_be_tried_again_at_once_and_its_old_result_is_ignored(rig, words, gate):
    rig.start("wait_at", "task", gate=gate.path, file=words.path, word="old")
    rig.start("wait_at", "other", gate=gate.path, file=words.path, word="other")
    words.word(), words.word()
    rig.scheme.stop(["task"])
    rig.end_of("task")

    rig.start("add", "task", a=1)

    assert rig.value("task") == 2
    gate.open(2)
    rig.value("other")
    assert rig.run("add", a=rig.ref("task")) == 3


def test_the_place_of_a_call_that_does_not_end_is_filled_at_once(make_rig, words, gate):
    rig = make_rig(workers=1)
    rig.start("wait_for_ever", "stuck", file=words.path)
    words.word()
    rig.start("wait_at", "other", gate=gate.path, file=words.path, word="other")

    rig.scheme.stop(["stuck"])

    assert words.word() == "other"
    gate.open(1)
    assert rig.value("other") == "other"


def test_when_nobody_waits_for_another_call_the_host_is_replaced_at_once_and_its_values_are_kept(rig, words):
    rig.ended(rig.start("zeros", "large", count=100_000))
    rig.ended(rig.start("numbers", "list", count=1000))
    task = rig.start("wait_for_ever", file=words.path)
    host = int(words.word())

    rig.scheme.stop([task])

    assert rig.end_of(task, 1.0) == Stopped(task, 1)
    assert gone(host, 2.0)
    assert rig.run("total", array=rig.ref("large")) == 0
    assert rig.scheme.fetch(("list", "out", -1), 5.0) == list(range(1000))
    assert rig.lost() == set()


def test_only_what_cannot_leave_a_replaced_host_is_lost(rig, words):
    rig.ended(rig.start("lock", "lock"))
    rig.ended(rig.start("zeros", "large", count=100_000))
    task = rig.start("wait_for_ever", file=words.path)
    host = int(words.word())

    rig.scheme.stop([task])

    assert gone(host, 2.0)
    rig.until(rig.lost)
    assert rig.lost() == {"lock"}
    assert rig.run("total", array=rig.ref("large")) == 0


def test_a_host_with_a_call_that_does_not_end_is_replaced_when_its_other_calls_are_done(rig, words, gate, monkeypatch):
    monkeypatch.setattr(patience, "STUBBORN", 0.3)
    rig.ended(rig.start("zeros", "large", count=100_000))
    rig.start("wait_at", "other", gate=gate.path, file=words.path, word="other")
    words.word()
    rig.start("wait_for_ever", "stuck", file=words.path)
    old = int(words.word())

    rig.scheme.stop(["stuck"])
    calls_go_elsewhere(rig, old)

    # The new host reads what the old one made, while that still works.
    assert rig.run("total", array=rig.ref("large")) == 0
    assert not gone(old, 0.0)
    gate.open(1)
    assert rig.value("other") == "other"
    assert gone(old, 2.0)
    assert rig.run("add", a=1) == 2


def test_of_a_host_that_does_not_hear_nobody_is_blamed_until_each_was_tried_alone(rig, words, gate):
    rig.start("wait_at", "other", gate=gate.path, file=words.path, word="other")
    words.word()
    rig.start("hold_the_interpreter", "stuck", file=words.path)
    old = int(words.word())
    before = time.monotonic()

    # Which of them it is cannot be known here: the time of both may be over.
    rig.scheme.stop(["other", "stuck"])

    assert [(rig.ended(task).lost, rig.ended(task).shared) for task in ("other", "stuck")] == [(True, True)] * 2
    assert "holds the interpreter" in rig.cause("other").message
    assert time.monotonic() - before < patience.DEAF + 1
    assert gone(old, 1.0)
    again = rig.start("hold_the_interpreter", "stuck", file=words.path)
    alone = int(words.word())
    assert rig.run("own_pid", "other") != alone
    rig.scheme.stop([again])
    assert rig.end_of(again, 0.4) == Stopped("stuck", 2)
    assert gone(alone, 1.0)


def test_a_call_whose_neighbour_holds_the_host_up_is_not_stopped_but_lost(rig, words, gate):
    rig.start("wait_at", "other", gate=gate.path, file=words.path, word="other")
    words.word()
    rig.start("hold_the_interpreter", "stuck", file=words.path)
    words.word()

    rig.scheme.stop(["other"])

    assert rig.ended("other").lost
    assert rig.ended("stuck").lost


def test_a_suspended_host_is_noticed_when_a_call_is_to_be_stopped(rig, words, gate):
    for task in ("a", "b"):
        rig.start("wait_at", task, gate=gate.path, file=words.path, word=task)
        words.word()
    host = rig.host
    suspend(host)
    before = time.monotonic()

    rig.scheme.stop(["a"])

    assert all(rig.ended(task, 2.0).lost for task in ("a", "b"))
    assert time.monotonic() - before < patience.DEAF + 0.5
    assert gone(host, 1.0)


def test_a_host_that_was_suspended_is_replaced(rig, words, monkeypatch):
    monkeypatch.setattr(patience, "STUBBORN", 0.3)
    task = rig.start("wait_for_ever", file=words.path)
    host = int(words.word())
    os.kill(host, signal.SIGSTOP)

    rig.scheme.stop([task])

    assert rig.end_of(task, 1.0) == Stopped(task, 1)
    assert gone(host, 3.0)
    assert rig.run("add", a=1) == 2


def test_a_suspect_in_a_host_of_its_own_is_ended_with_that(rig, words):
    rig.start("wait_for_ever", "task", file=words.path)
    os.kill(int(words.word()), signal.SIGKILL)
    rig.ended("task")
    rig.start("wait_for_ever", "task", file=words.path)
    host = int(words.word())
    assert host != rig.host

    rig.scheme.stop(["task"])

    assert rig.end_of("task", 1.0) == Stopped("task", 2)
    assert gone(host, 2.0)


def test_a_call_that_ended_before_the_stop_arrived_is_answered_once(rig):
    task = rig.start("add", a=1)
    rig.ended(task)

    rig.scheme.stop([task, "unknown"])

    assert rig.run("add", a=1) == 2


def test_the_process_a_call_started_ends_with_the_host(rig, words):
    task = rig.start("child_for_ever", file=words.path)
    processes = [int(words.word()), int(words.word())]

    rig.scheme.stop([task])

    assert all(gone(process, 3.0) for process in processes)


def test_threads_that_run_calls_nobody_waits_for_do_not_keep_others_from_short_ones(rig, words):
    for _ in range(20):
        rig.run("wait_or_add", file=words.path, number=1, long=-1)
    tasks = [rig.start("wait_or_add", f"n{n}", file=words.path, number=n, long=5) for n in range(200)]

    assert [rig.value(task) for task in tasks if task != "n5"] == [n for n in range(200) if n != 5]
    rig.scheme.stop(["n5"])
    assert rig.end_of("n5") == Stopped("n5", 1)
