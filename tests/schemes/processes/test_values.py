"""Values between workers: what travels, what cannot, and what it says then."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from treadle.core.scheme import Ended, Lost
from treadle.core.worker.call import Applied, Call, Form, Given, Items, Labelled, Ref, Target
from treadle.core.worker.execute import Result
from treadle.core.worker.failures import Cause

SPLIT = Form(Target(path="deeds:same"), split=frozenset({"out"}))


def test_a_hundred_megabytes_pass_through_a_chain_and_are_right_and_read_only(rig):
    rig.submit(rig.call("zeros", "step-0", count=100_000_000 // 8))
    rig.ended("step-0")
    for step in range(1, 4):
        rig.submit(rig.call("plus_one", f"step-{step}", array=rig.ref(f"step-{step - 1}")))
        rig.ended(f"step-{step}")
        rig.scheme.release([f"step-{step - 1}"])

    found = rig.value("step-3")

    assert found.nbytes == 100_000_000
    assert (found == 3).all()
    assert not found.flags.writeable


@pytest.mark.parametrize("count", [10, 100_000])
def test_an_argument_that_another_task_made_cannot_be_written_into(rig, count):
    rig.submit(rig.call("zeros", "made", count=count))
    rig.ended("made")

    causes = [rig.cause_of("write_into", array=rig.ref("made")) for _ in range(4)]

    assert {cause.type for cause in causes} == {"ValueError"}
    assert all("read-only" in cause.message for cause in causes)


def test_two_workers_read_the_same_value(rig, signals):
    rig.submit(rig.call("zeros", "made", count=1_000_000))
    rig.ended("made")
    tasks = rig.submit(*[rig.call("plus_one", array=rig.ref("made")) for _ in range(6)])

    assert all((rig.value(task) == 1).all() for task in tasks)


def test_a_value_that_others_can_read_outlives_the_worker_that_made_it(make_rig):
    rig = make_rig(workers=1)
    rig.submit(rig.call("zeros", "large", count=1_000_000), rig.call("add", "small", a=1))
    rig.ended("large"), rig.ended("small")
    assert rig.value("large").sum() == 0
    rig.submit(rig.call("leave_with", "end", code=1))
    rig.ended("end")

    assert rig.run("plus_one", array=rig.ref("large"))[0] == 1
    assert rig.run("add", a=rig.ref("small")) == 3
    assert not rig.of(Lost)


def test_what_only_a_dead_worker_had_is_told_to_be_lost(make_rig):
    rig = make_rig(workers=1)
    rig.submit(rig.call("zeros", "large", count=1_000_000), rig.call("add", "small", a=1))
    rig.ended("large"), rig.ended("small")
    rig.submit(rig.call("leave_with", "end", code=1))
    rig.ended("end")
    (reader,) = rig.submit(rig.call("plus_one", array=rig.ref("large")))

    assert rig.cause(reader) == Cause("lost contact", "the output 'out' of large that it reads is gone")
    assert rig.over[reader].lost
    assert rig.of(Lost) == [Lost(("large",))]
    with pytest.raises(KeyError):
        rig.scheme.fetch(("large", "out", -1), 1.0)
    assert rig.run("add", a=rig.ref("small")) == 3


def test_what_is_released_is_gone_and_its_file_too(rig):
    rig.submit(rig.call("zeros", "made", count=1_000_000))
    rig.value("made")
    assert len(list(Path(rig.scheme._premises.memory).iterdir())) == 1

    rig.scheme.release(["made"])
    rig.run("add", a=1)

    assert list(Path(rig.scheme._premises.memory).iterdir()) == []
    with pytest.raises(KeyError):
        rig.scheme.fetch(("made", "out", -1), 1.0)


def test_an_output_that_is_mapped_is_kept_item_by_item(rig):
    call = Call("split", SPLIT, {"value": Given([1, 2, [3]])})
    rig.submit(call)

    found = rig.ended("split")

    assert isinstance(found.result, Result)
    assert found.result.items == {"out": ("0", "1", "2")}
    assert rig.scheme.fetch(("split", "out", 2), 1.0) == [3]
    assert rig.scheme.fetch(("split", "out", -1), 1.0) == [1, 2, [3]]
    assert rig.run("add", a=Ref(("split", "out", 1)), b=10) == 12


def test_every_kind_of_argument_arrives(rig):
    rig.submit(rig.call("add", "made", a=1))
    rig.ended("made")

    made = rig.ref("made")
    arguments = (
        Given(5),
        made,
        Labelled({"subject": "one"}, made),
        Applied(Target(path="builtins:str"), made),
        Applied(Target(live=lambda x: x * 10), Given(7)),
    )

    found = rig.run("same", value=Items(arguments))

    assert found[0:2] == [5, 2]
    assert (found[2].labels, found[2].value) == ({"subject": "one"}, 2)
    assert found[3:] == ["2", 70]


def test_an_argument_that_cannot_be_pickled_is_named(rig):
    cause = rig.cause_of("same", value=(number for number in range(3)))

    assert cause.kind == "not picklable"
    assert "'value'" in cause.message
    assert "generator" in cause.message
    assert rig.run("add", a=1) == 2


def test_an_output_that_cannot_be_pickled_is_named_and_the_worker_lives(make_rig):
    rig = make_rig(workers=1)
    before = rig.run("own_pid")

    cause = rig.cause_of("lock")

    assert (cause.kind, cause.type) == ("not picklable", "lock")
    assert "'out'" in cause.message
    assert rig.run("own_pid") == before


def test_an_exception_that_cannot_be_pickled_is_told_with_its_text_and_traceback(make_rig):
    rig = make_rig(workers=1)
    before = rig.run("own_pid")

    cause = rig.cause_of("fail_stubbornly")

    assert (cause.kind, cause.type, cause.message) == ("exception", "Stubborn", "stubborn 1 2")
    assert "fail_stubbornly" in cause.traceback
    assert rig.run("own_pid") == before


def test_a_deeply_nested_result_costs_only_its_task(rig):
    cause = rig.cause_of("deep_list", depth=200_000)

    assert cause.kind in {"not picklable", "exception"}
    assert "recursion" in cause.message.lower()
    assert rig.run("add", a=1) == 2


def test_local_functions_travel_as_targets_and_as_results(rig):
    factor = 3

    assert rig.run(lambda number: number * factor, number=14) == 42
    assert rig.run("local_function")() == 42


def test_a_live_function_that_cannot_be_pickled_is_named(rig):
    lock = threading.Lock()

    cause = rig.cause_of(lambda: lock)

    assert cause.kind == "not picklable"
    assert "lambda" in cause.message


def test_a_value_that_is_gone_fails_the_task_that_reads_it(rig):
    (task,) = rig.submit(rig.call("add", a=rig.ref("never made")))

    assert rig.cause(task).kind == "lost contact"
    assert rig.over[task].lost


def test_messages_larger_than_a_packet_arrive(rig):
    assert rig.run("same", value="x" * 3_000_000) == "x" * 3_000_000
    many = [os.urandom(50_000) for _ in range(20)]
    assert rig.run("same", value=many) == many


def test_a_hundred_thousand_items_arrive(rig):
    call = Call("many", SPLIT, {"value": Given(list(range(100_000)))})
    rig.submit(call)

    assert isinstance(rig.ended("many"), Ended)
    assert rig.scheme.fetch(("many", "out", 99_999), 1.0) == 99_999


def test_arrays_with_strides_and_objects_survive(rig):
    array = np.arange(200_000, dtype=float).reshape(400, 500)[::2, ::3]

    assert (rig.run("same", value=array) == array).all()
    assert rig.run("same", value=np.array([1, "two", None], dtype=object)).tolist() == [1, "two", None]


def test_what_a_task_does_to_its_arguments_no_other_task_sees(make_rig):
    rig = make_rig(workers=1)
    rig.submit(rig.call("same", "short", value=[1]), rig.call("same", "long", value=list(range(100_000))))
    rig.ended("short"), rig.ended("long")

    assert [rig.run("grow", items=rig.ref("short")) for _ in range(3)] == [2, 2, 2]
    assert [rig.run("grow", items=rig.ref("long")) for _ in range(3)] == [100_001] * 3
