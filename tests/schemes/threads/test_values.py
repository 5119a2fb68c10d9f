"""Values in a thread host: shared as they are, read once from elsewhere, handed over when others need them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from endings import gone

from treadle.core.scheme import Ended
from treadle.core.worker.call import Applied, Call, Form, Given, Items, Labelled, Moved, Target
from treadle.core.worker.execute import Result
from treadle.core.worker.failures import Cause
from treadle.core.worker.handing import NotPicklableError, hand_out, load


def test_threads_share_what_cannot_be_pickled(rig):
    rig.ended(rig.start("lock", "lock"))

    assert rig.run("is_locked", value=rig.ref("lock")) is False
    assert rig.run("identity", "one", value=rig.ref("lock")) == rig.run("identity", "two", value=rig.ref("lock"))


def test_what_cannot_be_pickled_says_so_when_it_is_wanted_elsewhere(rig):
    rig.ended(rig.start("lock", "lock"))

    handed = rig.exported("lock")

    assert isinstance(handed, Cause)
    assert handed.kind == "not picklable"
    assert "the output 'out' (lock) of lock cannot be sent to another process" in handed.message
    with pytest.raises(NotPicklableError, match="lock"):
        rig.scheme.fetch(("lock", "out", -1), 5.0)


def test_an_array_is_not_copied_from_thread_to_thread(rig):
    rig.ended(rig.start("zeros", "large", count=1_000_000))
    found = {rig.run("address", array=rig.ref("large")) for _ in range(4)}

    assert len(found) == 1


def test_a_value_from_elsewhere_is_read_once_for_all_threads(rig, tmp_path):
    handed = hand_out(np.arange(1_000_000.0), tmp_path, tmp_path)
    found = {rig.run("address", array=Moved(handed)) for _ in range(4)}

    assert len(found) == 1
    assert rig.run("total", array=Moved(handed)) == 499999500000.0


def test_a_small_value_from_elsewhere_comes_with_the_call(rig, tmp_path):
    assert rig.run("add", a=Moved(hand_out(41, tmp_path, tmp_path))) == 42


def test_a_value_from_elsewhere_that_is_gone_fails_the_call_and_says_where_it_was(rig, tmp_path):
    cause = rig.cause(rig.start("total", array=Moved((str(tmp_path / "gone"), 1000))))

    assert (cause.type, "gone" in cause.message) == ("FileNotFoundError", True)


def test_large_and_small_values_are_exported(rig):
    for task, count in (("large", 1_000_000), ("small", 10)):
        rig.ended(rig.start("zeros", task, count=count))
        handed = rig.exported(task)
        assert isinstance(handed, bytes) == (task == "small")
        assert load(handed).shape == (count,)
    rig.ended(rig.start("add", "tiny", a=1))
    assert load(rig.exported("tiny")) == 2


def test_a_value_is_exported_once_however_often_it_is_asked_for(rig):
    rig.ended(rig.start("zeros", "large", count=1_000_000))

    assert rig.exported("large") == rig.exported("large")
    assert (rig.scheme.fetch(("large", "out", -1), 5.0) == 0).all()
    assert len(files(rig)) == 1


def files(rig) -> list[str]:
    return [path.name for path in Path(rig.scheme._premises.memory).iterdir() if not path.name.startswith("board-")]


def test_a_value_is_fetched_by_who_attends_to_the_hosts(rig):
    rig.ended(rig.start("zeros", "large", count=1_000_000))
    assert rig.scheme.watch.attend(0.0)

    assert len(rig.scheme.fetch(("large", "out", -1), 5.0)) == 1_000_000


def test_exporting_what_was_never_made_is_answered(rig):
    assert rig.exported("nobody").kind == "lost contact"


def test_what_is_released_is_gone_and_its_file_too(rig):
    rig.ended(rig.start("zeros", "large", count=1_000_000))
    rig.exported("large")

    rig.scheme.release(["large", "nobody"])

    assert files(rig) == []
    with pytest.raises(KeyError):
        rig.scheme.fetch(("large", "out", -1), 1.0)
    assert rig.cause(rig.start("total", array=rig.ref("large"))).kind == "lost contact"


def test_releasing_frees_the_memory_of_the_host(rig):
    rig.run("add", a=1)
    before = memory_of(rig.host)
    for number in range(20):
        task = rig.start("plus_one", f"n{number}", array=np.zeros(10_000_000 // 8))
        rig.ended(task)
        rig.scheme.release([task])

    end = time.monotonic() + 10
    while memory_of(rig.host) - before >= 60 << 20:
        assert time.monotonic() < end, "the host keeps what was released"
        # It hears of releases in the order of all that it is told, and its threads let go when they have time.
        rig.run("add", a=1)


def memory_of(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_an_output_that_is_mapped_is_kept_item_by_item_also_when_its_host_is_replaced(rig, words):
    task = rig.call("numbers", "numbers", count=5)
    rig.scheme.submit([Call(task.task, Form(task.form.target, split=frozenset({"out"})), task.arguments)])
    rig.ended("numbers")
    assert rig.scheme.fetch(("numbers", "out", 3), 5.0) == 3
    assert rig.exported("numbers") is not None
    rig.start("wait_for_ever", "stuck", file=words.path)
    words.word()

    rig.scheme.stop(["stuck"])
    rig.end_of("stuck")

    assert rig.run("add", a=rig.ref("numbers", 4)) == 5
    assert rig.scheme.fetch(("numbers", "out", -1), 5.0) == [0, 1, 2, 3, 4]
    assert rig.scheme.fetch(("numbers", "out", 0), 5.0) == 0


def test_items_of_a_replaced_host_can_be_had_together(rig, words):
    task = rig.call("numbers", "numbers", count=3)
    rig.scheme.submit([Call(task.task, Form(task.form.target, split=frozenset({"out"})), task.arguments)])
    rig.ended("numbers")
    rig.start("wait_for_ever", "stuck", file=words.path)
    host = int(words.word())
    rig.scheme.stop(["stuck"])
    rig.end_of("stuck")
    assert gone(host, 2.0)
    assert rig.run("add", a=1) == 2
    assert rig.scheme.fetch(("numbers", "out", -1), 5.0) == [0, 1, 2]


@pytest.mark.slow
def test_a_value_that_takes_long_to_write_is_waited_for_when_its_host_is_replaced(rig, words):
    rig.ended(rig.start("slow_to_pickle", "slow", seconds=6.5))
    rig.start("wait_for_ever", "stuck", file=words.path)
    host = int(words.word())

    rig.scheme.stop(["stuck"])

    assert gone(host, 10.0)
    assert rig.run("seconds_of", value=rig.ref("slow")) == 6.5
    assert rig.lost() == set()


def test_arguments_of_all_kinds_arrive(rig):
    rig.ended(rig.start("add", "one", a=0))
    listed = Items((rig.ref("one"), Given(5), Labelled({"subject": "s1"}, rig.ref("one"))))

    found = rig.run(lambda value: value, value=listed)

    assert (found[0], found[1]) == (1, 5)
    assert (found[2].labels, found[2].value) == ({"subject": "s1"}, 1)
    assert rig.run("add", a=Applied(Target("builtins:float"), rig.ref("one"))) == 2.0


def test_an_argument_that_cannot_be_sent_is_refused_and_named(rig):
    import threading

    task = rig.start("is_locked", value=threading.Lock())

    found = rig.ended(task)
    assert (found.refused, found.result.kind) == (True, "not picklable")
    assert "the argument 'value' (lock) cannot be sent to another process" in found.result.message


class Unmakeable:
    def __reduce__(self):
        return fail_to_make, ()


def fail_to_make() -> None:
    raise ValueError("cannot be made again")


def test_an_argument_that_cannot_be_made_again_fails_its_call_only(rig):
    task = rig.call("add", a=Unmakeable())
    others = rig.submit(task, *[rig.call("add", a=n) for n in range(10)])[1:]

    assert "cannot be made again" in rig.cause(task.task).message
    assert [rig.value(one) for one in others] == list(range(1, 11))


def test_a_large_argument_travels(rig):
    assert rig.run("total", array=np.ones(1_000_000)) == 1_000_000


def test_many_calls_with_large_arguments_wait_their_turn(rig):
    tasks = [rig.start("total", array=np.ones(10_000)) for _ in range(100)]

    assert [rig.value(task) for task in tasks] == [10_000] * 100


def test_a_deep_result_stays_in_the_host_and_spoils_nothing(rig):
    task = rig.start("deep_list", depth=200_000)

    assert isinstance(rig.ended(task).result, Result)
    assert isinstance(rig.exported(task), Cause)
    assert rig.run("add", a=1) == 2


def test_sizes_are_told(rig):
    large, text = rig.start("zeros", count=1000), rig.start("add", a="x", b="y")
    rig.ended(large), rig.ended(text)

    assert rig.ended(large).bytes_out == 8000
    assert rig.ended(text).bytes_out == 0  # it came along


def test_digests_are_told_where_they_are_wanted(rig):
    task = rig.call("add", "task", a=1)
    rig.scheme.submit([Call(task.task, Form(task.form.target, digest=True), task.arguments)])

    assert list(rig.ended("task").result.digests) == [("out", -1)]


def test_a_function_of_a_script_is_the_same_for_all_threads(make_rig):
    rig = make_rig(workers=4)
    seen: list[int] = []

    def count() -> int:
        seen.append(1)
        return len(seen)

    found = [rig.value(task) for task in [rig.start(count) for _ in range(40)]]

    assert sorted(found) == list(range(1, 41))


def test_fetching_gives_up_at_the_deadline(rig, words):
    rig.ended(rig.start("zeros", "large", count=1_000_000))
    os.kill(rig.host, signal.SIGSTOP)
    try:
        with pytest.raises(TimeoutError, match="large did not hand over 'out' within"):
            rig.scheme.fetch(("large", "out", -1), 0.05)
    finally:
        os.kill(rig.host, signal.SIGCONT)
    assert isinstance(rig.ended("large"), Ended)


def test_an_object_that_raises_when_it_is_looked_at_is_a_value_like_any_other(rig):
    task = rig.start("contrary")

    found = rig.ended(task)

    assert isinstance(found.result, Result)
    assert found.result.previews["out"]["text"] == "(cannot be shown: RuntimeError)"
    assert rig.run("own_pid") == rig.host


@pytest.mark.parametrize(
    ("deed", "text"),
    [
        ("contrary_to_the_end", "never"),
        ("unclassified", "unhashable type: 'Untold'"),
        ("fail_untold", "UntoldEndError"),
    ],
)
def test_whatever_raises_while_an_answer_is_made_is_the_cause_and_the_host_lives(rig, deed, text):
    before = rig.run("own_pid")

    causes = [rig.cause(rig.start(deed)) for _ in range(3)]

    assert {cause.kind for cause in causes} == {"exception"}
    assert all(text in cause.message for cause in causes)
    assert rig.run("own_pid") == before


def test_a_value_that_raises_anything_when_it_is_pickled_says_so_to_whoever_asks(rig):
    for task in ("one", "two"):
        rig.ended(rig.start("late_error", task))

        found = rig.exported(task)

        assert found.kind == "not picklable"
        assert "cannot be sent to another process" in found.message
