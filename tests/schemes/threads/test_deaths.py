"""Hosts that die: the guilty call is found, its neighbours end with their answers."""

from __future__ import annotations

import os
import pickle
import random
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest
from endings import gone

from treadle.core.scheme import Began, Capacity, Ended
from treadle.core.worker.execute import Result
from treadle.schemes.hosting.child import Setup
from treadle.schemes.threads.hosted import Hosted


@pytest.mark.parametrize(
    ("deed", "arguments", "kind", "message"),
    [
        ("leave_with", {"code": 3}, "exited", "exited with code 3"),
        ("leave_with", {"code": 0}, "exited", "exited with code 0"),
        ("crash", {}, "killed", "killed by signal 11 (SIGSEGV)"),
        ("abort", {}, "killed", "killed by signal 6 (SIGABRT)"),
        ("kill_own_process", {}, "killed", "killed by signal 9 (SIGKILL)"),
    ],
)
def test_the_end_of_a_host_is_told_with_its_code_or_signal(rig, deed, arguments, kind, message):
    task = rig.start(deed, **arguments)

    found = rig.ended(task)

    assert (found.result.kind, found.result.message, found.lost) == (kind, message, True)
    assert rig.run("add", a=1) == 2


@pytest.mark.parametrize(("deed", "arguments"), [("leave_politely", {"code": 3}), ("interrupt", {}), ("recurse", {})])
def test_an_exception_meant_for_the_process_fails_the_task_and_the_host_lives(rig, deed, arguments):
    before = rig.run("own_pid")

    assert rig.cause(rig.start(deed, **arguments)).kind == "exception"
    assert rig.run("own_pid") == before


def retried(rig, calls, most=2):
    """Run calls as the scheduler does: what is lost is tried again, at most so often. Return how each ended."""
    again = {call.task: call for call in calls}
    rig.submit(*calls)
    ended: dict[str, Ended] = {}
    while len(ended) < len(again):
        report = rig.take()
        if isinstance(report, Ended):
            if report.lost and report.attempt <= most:
                call = again[report.task]
                again[report.task] = replace(call, attempt=report.attempt + 1)
                rig.scheme.submit([again[report.task]])
            else:
                ended[report.task] = report
    return ended


def test_one_bad_call_among_forty_neighbours_costs_none_of_them(rig, tmp_path):
    calls = [rig.call("crash_if", f"n{n}", file=str(tmp_path / "log"), number=n, bad=20) for n in range(41)]

    ended = retried(rig, calls)

    good = {task: report for task, report in ended.items() if isinstance(report.result, Result)}
    assert sorted(good) == sorted(f"n{n}" for n in range(41) if n != 20)
    assert (ended["n20"].result.kind, ended["n20"].lost, ended["n20"].attempt) == ("killed", True, 3)
    assert [rig.scheme.fetch((task, "out", -1), 5.0) for task in good] == [int(task[1:]) for task in good]
    # Those that ran beside it are tried once more, and nobody else.
    run = [int(word) for word in (tmp_path / "log").read_text().split()]
    assert run.count(20) == 3
    assert len(run) <= 41 + 2 + 1


def test_three_bad_calls_among_neighbours_are_all_found(make_rig, tmp_path):
    rig = make_rig(workers=4)
    calls = [rig.call("crash_if", f"n{n}", file=str(tmp_path / "log"), number=n, bad=n if n % 15 == 7 else -1)
             for n in range(40)]  # fmt: skip

    ended = retried(rig, calls)

    bad = {task for task, report in ended.items() if not isinstance(report.result, Result)}
    assert bad == {"n7", "n22", "n37"}


def test_suspects_run_beside_others_but_each_in_a_host_of_its_own(rig, words, gate):
    first = [rig.start("wait_at", f"w{n}", gate=gate.path, file=words.path, word=f"w{n}") for n in range(2)]
    words.word(), words.word()
    main = rig.host
    os.kill(main, signal.SIGKILL)
    assert all(rig.ended(task).lost for task in first)

    again = [rig.start("own_pid", task) for task in first]
    other = rig.run("own_pid", "other")

    hosts = {rig.value(task) for task in again}
    assert len(hosts | {other, main}) == 4
    # Cleared of suspicion, they run with the others again.
    assert rig.run("own_pid", "w0") == other


def test_a_suspect_reads_what_the_main_host_made_and_others_read_what_it_makes(rig, words, gate):
    rig.start("wait_at", "suspect", gate=gate.path, file=words.path, word="suspect")
    words.word()
    os.kill(rig.host, signal.SIGKILL)
    rig.ended("suspect")
    rig.ended(rig.start("zeros", "large", count=100_000))

    rig.ended(rig.start("plus_one", "suspect", array=rig.ref("large")))
    consumer = rig.start("total", array=rig.ref("suspect"))

    assert rig.value(consumer) == 100_000
    assert (rig.scheme.fetch(("suspect", "out", -1), 5.0) == 1).all()
    assert rig.run("total", "again", array=rig.ref("suspect")) == 100_000
    assert rig.lost() == set()


def test_twenty_rounds_with_hosts_killed_at_random_end_with_every_answer(rig):
    chance = random.Random(20)
    for number in range(20):
        calls = [rig.call("busy", f"r{number}-{place}", seconds=0.001 + place / 1e6) for place in range(30)]
        hosts = [host.pid for host in list(rig.scheme._dispatcher.fleet.hosts.values()) if host.pid]
        if hosts and chance.random() < 0.8:
            os.kill(chance.choice(hosts), signal.SIGKILL)

        ended = retried(rig, calls)

        assert all(isinstance(report.result, Result) for report in ended.values())


def test_calls_that_had_not_begun_go_to_the_next_host_unseen(rig, words, gate, tmp_path):
    for task in ("a", "b"):
        rig.start("wait_at", task, gate=gate.path, file=words.path, word=task)
    words.word(), words.word()
    rig.submit(*[rig.call("noted", f"n{n}", file=str(tmp_path / "log"), word=str(n)) for n in range(20)])

    os.kill(rig.host, signal.SIGKILL)

    assert [rig.value(f"n{n}") for n in range(20)] == [str(n) for n in range(20)]
    assert sorted(map(int, (tmp_path / "log").read_text().split())) == list(range(20))
    assert {task for (task, _), report in rig.over.items() if isinstance(report, Ended) and report.lost} == {"a", "b"}


def test_values_of_a_dead_host_are_told_as_lost_but_small_ones_outlive_it(rig):
    assert rig.value(rig.start("add", "small", a=1)) == 2
    rig.ended(rig.start("zeros", "large", count=100_000))
    rig.ended(rig.start("zeros", "exported", count=100_000))
    rig.exported("exported")

    rig.ended(rig.start("leave_with", code=1))

    assert rig.lost() == {"large"}
    assert rig.run("add", a=rig.ref("small")) == 3
    assert rig.run("total", array=rig.ref("exported")) == 0
    with pytest.raises(KeyError):
        rig.scheme.fetch(("large", "out", -1), 1.0)


def test_a_call_that_reads_a_lost_value_is_lost_too_and_says_what_is_gone(rig):
    rig.ended(rig.start("zeros", "large", count=100_000))
    rig.ended(rig.start("leave_with", code=1))

    found = rig.ended(rig.start("total", array=rig.ref("large")))

    assert (found.lost, found.result.kind) == (True, "lost contact")
    assert found.result.message == "the output 'out' of large is gone with the thread host that had it"


def test_a_host_is_replaced_in_less_than_a_third_of_a_second(rig):
    rig.run("add", a=1)
    times = []
    for _ in range(5):
        before = time.monotonic()
        os.kill(rig.host, signal.SIGKILL)
        # What was sent to the dying host too is answered by the next one.
        assert rig.run("add", a=1) == 2
        times.append(time.monotonic() - before)

    assert min(times) < 0.3


def test_a_suspect_that_reads_what_cannot_leave_the_host_has_the_host_for_itself(rig, words, tmp_path):
    rig.ended(rig.start("lock", "lock"))
    rig.ended(rig.start("crash_with_lock", "bad", value=rig.ref("lock"), file=words.path))
    assert words.word() == "False"
    rig.until(lambda: "lock" in rig.lost())
    rig.ended(rig.start("lock", "lock"))
    calls = [rig.call("noted", f"n{n}", file=str(tmp_path / "log"), word=str(n)) for n in range(5)]

    rig.start("crash_with_lock", "bad", value=rig.ref("lock"), file=words.path)
    rig.submit(*calls)

    assert rig.ended("bad").result.kind == "killed"
    assert [rig.value(f"n{n}") for n in range(5)] == [str(n) for n in range(5)]


def test_what_was_printed_before_the_end_is_told(rig):
    task = rig.start("print_and_crash")
    rig.ended(task)

    assert rig.lines_of(task) == ["last words"]


def test_the_scheme_survives_the_end_of_its_supervisor(rig, words):
    task = rig.start("wait_for_ever", file=words.path)
    host = int(words.word())
    supervisor = int(Path(f"/proc/{host}/stat").read_text().rpartition(")")[2].split()[1])

    os.kill(supervisor, signal.SIGKILL)

    assert rig.ended(task).lost
    assert rig.run("add", a=1) == 2


def test_a_long_call_is_reported_when_it_begins(rig, words):
    task = rig.start("wait_for_ever", file=words.path)
    words.word()

    rig.until(lambda: [report for report in rig.seen if isinstance(report, Began) and report.task == task])


def test_when_no_host_can_start_it_is_told_and_then_the_calls_are_left_to_other_schemes(rig):
    rig.run("add", a=1)
    # Without it no host gets a directory of its own.
    shutil.rmtree(rig.scheme._premises.disk)
    os.kill(rig.host, signal.SIGKILL)

    rig.until(lambda: [report for report in rig.seen if isinstance(report, Capacity) and not report.slots])
    found = rig.ended(rig.start("add", a=1))

    assert found.result.message == "thread hosts cannot be started, or end at once: exited with code 1"
    assert (found.refused, found.lost) == (True, False)


def test_when_the_scheme_itself_fails_every_call_is_answered(rig, words, caplog):
    running = rig.start("wait_for_ever", file=words.path)
    words.word()

    def fail(_events):
        raise RuntimeError("injected")

    rig.scheme._dispatcher.ready = fail
    rig.scheme.submit([rig.call("add", "later", a=1)])

    assert "injected" in rig.cause(running).message
    assert "injected" in rig.cause("later").message
    assert "injected" in rig.cause(rig.start("add", "last", a=1)).message
    assert "the scheme threads has failed" in caplog.text


@pytest.mark.parametrize(
    ("deed", "arguments"),
    [("close_descriptors", {}), ("close_descriptors", {"wait": True}), ("replace_descriptors", {})],
)
def test_a_host_whose_channel_a_module_closed_counts_as_dead_and_is_replaced(rig, deed, arguments):
    before = rig.run("own_pid")

    found = rig.ended(rig.start(deed, **arguments))

    assert (found.result.kind, found.lost) == ("lost contact", True)
    assert "closed descriptors" in found.result.message
    assert rig.run("own_pid") != before
    assert gone(before)


def test_a_host_that_lives_with_its_channel_closed_is_killed_by_its_owner(rig, words):
    task = rig.start("stop_hearing", file=words.path)
    host = int(words.word())

    found = rig.ended(task)

    assert (found.result.kind, found.lost) == ("lost contact", True)
    assert gone(host)
    assert rig.run("add", a=1) == 2


def test_a_call_that_closes_the_channel_costs_none_of_its_neighbours(rig):
    calls = [rig.call("busy", f"n{n}", seconds=0.005) for n in range(20)]
    calls.insert(7, rig.call("close_descriptors", "bad"))

    ended = retried(rig, calls)

    assert [task for task, report in ended.items() if not isinstance(report.result, Result)] == ["bad"]
    assert ended["bad"].result.kind == "lost contact"


def test_what_a_host_said_last_counts_also_when_it_left_messages_unread(tmp_path):
    setup = Setup(str(tmp_path), str(tmp_path), str(tmp_path), (), b"mark", "")
    host = Hosted(1, 1, setup, tmp_path, lambda _task, _line: None)
    host.tell("never read")
    host.theirs.send(pickle.dumps([("first",), ("last",)], 5))
    host.theirs.close()

    assert list(host.messages()) == [("first",), ("last",)]
    host.close()


def test_an_interrupt_that_a_module_sends_to_its_process_leaves_the_host_alone(rig):
    before = rig.run("own_pid")

    assert rig.run("interrupt_own_process") == before
    assert rig.run("own_pid") == before
