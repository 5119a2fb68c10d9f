"""Large values stay in the worker that made them, until somebody else needs them."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from process_rigs import DEADLINE, DEEDS, suspend

from treadle.core.scheme import Ended, Exported, Lost, Stopped
from treadle.core.worker.call import Moved
from treadle.core.worker.failures import Cause

MEGABYTE = 125_000
"""So many numbers are a million bytes."""


class Gate:
    """A named pipe that a task waits at."""

    def __init__(self, path):
        os.mkfifo(path)
        self.path = str(path)
        # Both ends stay open, so that nobody waits for the other and nothing is lost.
        self.descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def open(self):
        os.write(self.descriptor, b"x")


@pytest.fixture
def gate(tmp_path):
    made = Gate(tmp_path / "gate")
    yield made
    os.close(made.descriptor)


def files_of(rig):
    return list(Path(rig.scheme._premises.memory).iterdir())


def made(rig, name="made", count=MEGABYTE, deed="numbered"):
    rig.submit(rig.call(deed, name, count=count))
    return rig.ended(name)


def test_a_chain_stays_in_its_worker_and_writes_no_file(rig):
    places = {made(rig, "step-0", deed="zeros").place}
    for step in range(1, 6):
        rig.submit(rig.call("plus_one", f"step-{step}", array=rig.ref(f"step-{step - 1}")))
        ended = rig.ended(f"step-{step}")
        places.add(ended.place)
        rig.scheme.release([f"step-{step - 1}"])
        assert files_of(rig) == []
        assert ended.bytes_in == 0
        assert ended.bytes_out > 1_000_000

    assert len(places) == 1
    assert (rig.value("step-5") == 5).all()


def test_another_worker_gets_a_value_while_its_maker_is_busy(rig, signals, gate):
    home = made(rig).place
    rig.submit(rig.call("hold", "busy", array=rig.ref("made"), file=signals.path, gate=gate.path))
    assert int(signals.word()) == home.pid
    rig.submit(rig.call("first", "reader", array=rig.ref("made")))

    assert rig.value("reader") == 0.0
    assert rig.over["reader"].place != home
    assert rig.over["reader"].bytes_in > 1_000_000
    assert "busy" not in rig.over
    gate.open()
    assert rig.value("busy") == 0


def test_a_job_that_waits_for_a_value_is_overtaken(rig, signals):
    made(rig)
    # Its maker holds the interpreter, so that it cannot hand the value on.
    rig.submit(rig.call("hold_the_interpreter", "holder", file=signals.path))
    signals.word()
    other = rig.submit(rig.call("hold_the_interpreter", "other", file=signals.path))
    signals.word()
    rig.scheme.stop(other)
    rig.end_of("other")
    rig.submit(rig.call("first", "reader", array=rig.ref("made")))
    others = rig.submit(*[rig.call("add", f"short-{n}", a=n) for n in range(20)])

    assert [rig.value(task) for task in others] == [n + 1 for n in range(20)]
    rig.scheme.stop(["holder"])
    assert rig.value("reader") == 0.0


def test_a_value_is_fetched_and_exported_while_its_maker_works(rig, signals, gate):
    made(rig)
    rig.submit(rig.call("hold", "busy", array=rig.ref("made"), file=signals.path, gate=gate.path))
    signals.word()

    assert rig.scheme.fetch(("made", "out", -1), 10.0)[5] == 5.0
    rig.scheme.export([("made", "out", -1), ("nobody", "out", -1)])
    while len(rig.of(Exported)) < 2:
        rig.take()

    found = {report.value[0]: report.handed for report in rig.of(Exported)}
    assert Path(found["made"][0]).exists()
    assert found["nobody"] == Cause("lost contact", "the output 'out' of nobody is gone")
    gate.open()


def test_a_value_is_fetched_by_who_attends_to_the_workers(rig):
    made(rig)
    assert rig.scheme.watch.attend(0.0)

    assert rig.scheme.fetch(("made", "out", -1), DEADLINE)[5] == 5.0


def test_an_export_is_answered_also_if_the_value_is_released_meanwhile(rig):
    suspend(made(rig).place.pid)
    rig.scheme.export([("made", "out", -1)])
    rig.scheme.release(["made"])
    while not rig.of(Exported):
        rig.take()
    (told,) = rig.of(Exported)
    assert told.handed == Cause("lost contact", "the output 'out' of made is gone")


def test_a_fetch_ends_at_once_when_the_value_is_released_meanwhile(rig, monkeypatch):
    suspend(made(rig).place.pid)
    asked, ask_for = threading.Event(), rig.scheme._ask_for
    monkeypatch.setattr(rig.scheme, "_ask_for", lambda kept: (ask_for(kept), asked.set()))
    with ThreadPoolExecutor() as others:
        fetched = others.submit(rig.scheme.fetch, ("made", "out", -1), DEADLINE)
        assert asked.wait(DEADLINE)
        rig.scheme.release(["made"])
        assert isinstance(fetched.exception(DEADLINE / 2), KeyError)


def test_the_pool_works_while_a_fetched_value_is_made_again(rig, signals, gate, monkeypatch):
    monkeypatch.syspath_prepend(DEEDS)
    rig.submit(rig.call("gated", "slow", file=signals.path, gate=gate.path))
    rig.ended("slow")
    with ThreadPoolExecutor() as others:
        fetched = others.submit(rig.scheme.fetch, ("slow", "out", -1), DEADLINE)
        try:
            assert int(signals.word()) == os.getpid()
            assert others.submit(rig.run, "add", a=1).result(DEADLINE / 2) == 2
        finally:
            gate.open()
        fetched.result(DEADLINE)


def test_a_fetch_ends_at_its_deadline_when_the_maker_cannot_answer(make_rig):
    rig = make_rig(workers=1)
    process = made(rig).place.pid
    suspend(process)

    with pytest.raises(TimeoutError):
        rig.scheme.fetch(("made", "out", -1), 0.05)

    os.kill(process, signal.SIGCONT)
    assert rig.scheme.fetch(("made", "out", -1), 10.0)[7] == 7.0


def test_values_over_the_budget_are_written_the_oldest_first(make_rig):
    rig = make_rig(workers=1, memory_budget=2_500_000)
    for number in range(4):
        made(rig, f"made-{number}")

    # What was written is told through another channel than the answers.
    assert rig.scheme.fetch(("made-0", "out", -1), 10.0)[3] == 3.0
    assert rig.scheme.fetch(("made-1", "out", -1), 10.0)[3] == 3.0
    assert len(files_of(rig)) == 2
    assert [rig.run("first", array=rig.ref(f"made-{n}")) for n in range(4)] == [0.0] * 4
    rig.scheme.release([f"made-{n}" for n in range(4)])
    assert files_of(rig) == []


def test_a_value_over_the_whole_budget_is_written_at_once(make_rig):
    rig = make_rig(workers=1, memory_budget=1000)
    made(rig)

    assert rig.run("first", array=rig.ref("made")) == 0.0
    assert len(files_of(rig)) == 1


def test_what_is_released_is_freed_while_its_maker_works(make_rig, signals, gate):
    rig = make_rig(workers=1)
    made(rig, "small", count=MEGABYTE)
    made(rig, "large", count=200 * MEGABYTE)
    rig.submit(rig.call("hold", "busy", array=rig.ref("small"), file=signals.path, gate=gate.path))
    process = int(signals.word())
    before = resident(process)

    rig.scheme.release(["large"])

    # A later request is answered after the release.
    rig.scheme.fetch(("small", "out", -1), 10.0)
    assert before - resident(process) > 150_000_000
    gate.open()
    assert rig.value("busy") == 0


def test_a_chain_needs_no_more_than_twice_its_data(make_rig):
    rig = make_rig(workers=1)
    size = 100_000_000
    base = made(rig, "small", count=MEGABYTE).peak_memory
    made(rig, "step-0", count=size // 8, deed="numbered")
    for step in range(1, 6):
        rig.submit(rig.call("plus_one", f"step-{step}", array=rig.ref(f"step-{step - 1}")))
        assert rig.ended(f"step-{step}").peak_memory < 2.1 * size + max(base, 60_000_000)
        rig.scheme.release([f"step-{step - 1}"])


def test_a_worker_that_is_renewed_hands_on_what_it_keeps(make_rig):
    rig = make_rig(workers=1, renew_after=3)
    for number in range(10):
        made(rig, f"made-{number}")

    assert all(rig.run("first", array=rig.ref(f"made-{n}")) == 0.0 for n in range(10))
    assert not rig.of(Lost)
    assert len({ended.place for ended in rig.over.values()}) > 1


def test_two_inputs_of_two_workers_come_together(rig, signals, gate):
    made(rig, "one")
    rig.submit(rig.call("hold", "busy", array=rig.ref("one"), file=signals.path, gate=gate.path))
    signals.word()
    made(rig, "two")
    gate.open()
    rig.value("busy")
    assert rig.over["one"].place != rig.over["two"].place

    assert rig.run("both", one=rig.ref("one"), two=rig.ref("two")) == 0.0


def test_a_reader_of_what_dies_with_its_worker_is_told_so(rig, signals):
    home = made(rig).place
    rig.submit(rig.call("hold_the_interpreter", "holder", file=signals.path))
    holder = int(signals.word())
    if holder != home.pid:
        rig.submit(rig.call("hold_the_interpreter", "second", file=signals.path))
        signals.word()
    rig.submit(rig.call("first", "reader", array=rig.ref("made")))
    os.kill(home.pid, signal.SIGKILL)

    assert rig.cause("reader").kind == "lost contact"
    assert rig.of(Lost) == [Lost(("made",))]
    rig.scheme.stop(["holder", "second"])


def test_a_value_that_cannot_be_written_is_read_where_it_is(rig, signals, gate):
    home = made(rig).place
    rig.run("limit_files", array=rig.ref("made"), size=1000)
    rig.submit(rig.call("hold", "busy", array=rig.ref("made"), file=signals.path, gate=gate.path))
    signals.word()

    with pytest.raises(OSError, match="no room to hand on 'out' of made"):
        rig.scheme.fetch(("made", "out", -1), 10.0)
    rig.scheme.export([("made", "out", -1)])
    rig.submit(rig.call("first", "reader", array=rig.ref("made")))
    gate.open()

    assert rig.value("reader") == 0.0
    assert rig.over["reader"].place == home
    (told,) = rig.of(Exported)
    assert told.handed.kind == "insufficient resources"


def test_values_that_cannot_come_together_fail_the_task_that_reads_them(rig, signals, gate):
    for one in ("one", "two"):
        made(rig, one)
        rig.run("limit_files", array=rig.ref(one), size=1000)
        if one == "one":
            rig.submit(rig.call("hold", "busy", array=rig.ref("one"), file=signals.path, gate=gate.path))
            signals.word()
    gate.open()
    rig.value("busy")
    assert rig.over["one"].place != rig.over["two"].place

    cause = rig.cause_of("both", one=rig.ref("one"), two=rig.ref("two"))

    assert cause == Cause("insufficient resources", "there is no room to bring the values together that it reads")
    assert rig.run("add", a=1) == 2


def test_a_worker_that_cannot_hand_on_what_it_keeps_is_not_renewed(make_rig):
    rig = make_rig(workers=1, renew_after=3)
    home = made(rig).place
    rig.run("limit_files", array=rig.ref("made"), size=1000)
    rig.run("first", array=rig.ref("made"))

    assert [rig.run("first", array=rig.ref("made")) for _ in range(5)] == [0.0] * 5
    assert {ended.place for ended in rig.over.values()} == {home}


def test_a_value_made_again_under_its_name_is_the_new_one(make_rig):
    rig = make_rig(workers=1)
    for number in range(5):
        made(rig, "made")
        rig.over.clear()
        rig.scheme.release(["made"])
        rig.submit(rig.call("same", "made", value=np.full(MEGABYTE, float(number))))
        rig.ended("made")
        assert rig.run("first", array=rig.ref("made")) == float(number)
        rig.over.clear()
        rig.scheme.release(["made"])


def test_a_value_from_elsewhere_is_mapped_once_for_many_calls(make_rig):
    rig = make_rig(workers=1)
    made(rig)
    rig.scheme.export([("made", "out", -1)])
    while not rig.of(Exported):
        rig.take()
    handed = rig.of(Exported)[0].handed

    tasks = rig.submit(*[rig.call("first", array=Moved(handed)) for _ in range(5)])

    assert [rig.value(task) for task in tasks] == [0.0] * 5
    assert all(isinstance(rig.over[task], Ended) and rig.over[task].bytes_in == handed[1] for task in tasks)
    maps = Path(f"/proc/{rig.over[tasks[0]].place.pid}/maps").read_text()
    assert maps.count(handed[0]) <= 2


def test_a_large_output_of_a_stopped_call_is_freed(make_rig, signals):
    rig = make_rig(workers=1)
    before = len(rig.scheme._values._held)
    (task,) = rig.submit(rig.call("wait_until_cancelled", file=signals.path))
    signals.word()

    rig.scheme.stop([task])

    assert rig.end_of(task) == Stopped(task, 1)
    assert len(rig.scheme._values._held) == before


def resident(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
