"""The ipython scheme on real engines: values that stay or travel, classes of the script, and places."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest
from engine_bench import Bench, call

from treadle.core.worker.call import Ref, Where


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    yield made
    made.close()


def add(x: int, y: int = 1) -> int:
    return x + y


def engine_number() -> int:
    from IPython import get_ipython

    return int(get_ipython().kernel.engine_id)


def pid() -> int:
    return os.getpid()


def large(count: int = 500_000) -> np.ndarray:
    return np.arange(count)


def where_and_sum(array: np.ndarray) -> tuple[int, int]:
    return os.getpid(), int(array.sum())


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


class Point:
    """A class of this file, as a script has them."""

    def __init__(self, x: int) -> None:
        self.x = x


def make_point(x: int) -> Point:
    return Point(x)


def read_point(point: Point) -> int:
    return point.x


def variable_of_host(name: str) -> str:
    assert name
    return os.uname().nodename


def total(values: list[int]) -> int:
    return sum(values)


def fail_on(number: int) -> int:
    if engine_number() == number:
        raise ValueError("not here")
    return number


class TestValues:
    def test_a_large_value_stays_where_it_was_made_and_what_reads_it_goes_there(self, bench) -> None:
        made = bench.run(call(large, "large"))["large"]
        for n in range(4):
            bench.run(call(where_and_sum, f"sum[{n}]", array=Ref(("large", "out", -1))))
            assert bench.value(f"sum[{n}]") == (made.place.pid, sum(range(500_000)))

    def test_it_is_brought_to_another_engine_when_its_own_is_at_work(self, bench) -> None:
        made = bench.run(call(large, "large"))["large"]
        number = int(made.place.worker.removeprefix("engine "))
        bench.submit(call(nap, "busy", {"where": Where(engines=(number,))}, seconds=2.0))
        bench.until_began("busy")
        began = time.monotonic()
        bench.submit(call(where_and_sum, "sum", array=Ref(("large", "out", -1))))
        bench.until_over("sum")
        assert time.monotonic() - began < 1.5
        assert bench.value("sum")[0] != made.place.pid

    def test_objects_of_classes_of_the_script_are_results_and_inputs(self, bench) -> None:
        bench.run(call(make_point, "point", x=3))
        assert type(bench.value("point")) is Point
        bench.run(call(read_point, "x", point=Ref(("point", "out", -1))))
        bench.run(call(read_point, "given", point=Point(4)))
        assert (bench.value("x"), bench.value("given")) == (3, 4)


class TestPlaces:
    def test_a_task_runs_on_the_engine_that_its_node_names(self, bench) -> None:
        for number in sorted(bench.scheme._session._link.engines()):
            bench.run(call(engine_number, f"on{number}", {"where": Where(engines=(number,))}))
            assert bench.value(f"on{number}") == number

    def test_a_host_that_has_no_engine_is_refused_with_those_that_have(self, bench) -> None:
        ended = bench.run(call(add, settings={"where": Where(hosts=("no-such-host",))}, x=1))["task"]
        assert ended.refused
        assert "no-such-host" in ended.result.message
        assert os.uname().nodename in ended.result.message

    def test_the_host_that_an_item_names_is_where_it_runs(self, bench) -> None:
        there, nowhere = os.uname().nodename, "elsewhere"
        settings = {"where": Where(host_from="name")}
        bench.run(call(variable_of_host, "here", settings, name=there))
        assert bench.value("here") == there
        assert "elsewhere" in bench.cause(call(variable_of_host, "there", settings, name=nowhere)).message

    def test_a_node_runs_once_on_each_engine_and_gives_a_list_in_their_order(self, bench) -> None:
        numbers = sorted(bench.scheme._session._link.engines())
        bench.run(call(engine_number, "each", {"where": Where(once_on="engine")}))
        assert bench.value("each") == numbers
        bench.run(call(total, "sum", values=Ref(("each", "out", -1))))
        assert bench.value("sum") == sum(numbers)

    def test_where_that_list_is_mapped_its_items_are_labelled_by_engine(self, bench) -> None:
        numbers = sorted(bench.scheme._session._link.engines())
        settings = {"where": Where(once_on="engine"), "split": frozenset({"out"})}
        result = bench.result(call(engine_number, "each", settings))
        assert result.items == {"out": tuple(f"engine {number}" for number in numbers)}
        assert [bench.value("each", place=place) for place in range(len(numbers))] == numbers

    def test_once_on_each_host_is_once_here(self, bench) -> None:
        bench.run(call(pid, "each", {"where": Where(once_on="host")}))
        assert len(bench.value("each")) == 1

    def test_one_engine_on_which_it_fails_fails_it_and_is_named(self, bench) -> None:
        first = min(bench.scheme._session._link.engines())
        cause = bench.cause(call(fail_on, "each", {"where": Where(once_on="engine")}, number=first))
        assert cause.message == f"engine {first}: not here"
