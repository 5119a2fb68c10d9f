"""The ipython scheme on real engines: newcomers, other programs, waiting, and what stays in the client."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace

import psutil
import pytest
from clusters import wait_until
from engine_bench import Bench, call
from engines import running_cluster

from treadle.core.scheme import Capacity, Ended
from treadle.core.worker.execute import Result
from treadle.core.worker.failures import Cause
from treadle.schemes.ipython.cluster import Cluster


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    yield made
    made.close()


def add(x: int, y: int = 1) -> int:
    return x + y


def wait_for_ever() -> None:
    threading.Event().wait()


def pid() -> int:
    return os.getpid()


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def variable(name: str) -> str:
    time.sleep(0.05)
    return os.environ[name]


class TestEngines:
    def test_an_engine_that_joins_later_is_used_at_once_with_the_environment_that_was_pushed(self, tmp_path) -> None:
        cluster = running_cluster()
        bench = Bench(tmp_path, cluster, environment={"PUSHED": "here"})
        try:
            (newcomer,) = cluster.add_engines(1)
            bench.until(lambda one: isinstance(one, Capacity) and one.workers == 3)
            bench.run(*[call(variable, f"v[{n}]", name="PUSHED") for n in range(12)])
            places = {one.place.pid for one in bench.seen if isinstance(one, Ended)}
            assert newcomer.pid in places
            assert {bench.value(f"v[{n}]") for n in range(12)} == {"here"}
        finally:
            bench.close()
            newcomer.kill()
            newcomer.wait()

    def test_two_programs_share_a_cluster_and_the_end_of_one_does_not_disturb_the_other(self, bench, tmp_path) -> None:
        other = Bench(tmp_path / "other", bench.cluster)
        for _ in range(3):
            for one in (bench, other):
                one.submit(*[call(nap, f"nap[{n}]", seconds=0.05) for n in range(2)])
            for one in (bench, other):
                for _ in range(2):
                    assert not isinstance(one.until(lambda told: isinstance(told, Ended)).result, Cause)
        other.submit(call(wait_for_ever, "stuck"))
        other.until_began("stuck")
        began = time.monotonic()
        other.close()
        assert time.monotonic() - began < 5
        ended = bench.run(*[call(add, f"after[{n}]", x=n) for n in range(4)])
        assert not any(isinstance(one.result, Cause) for one in ended.values())
        assert [bench.value(f"after[{n}]") for n in range(4)] == [1, 2, 3, 4]

    def test_an_engine_at_work_for_somebody_else_does_not_keep_the_others_from_work(self, tmp_path) -> None:
        from treadle.schemes.ipython.connecting import connect

        cluster = running_cluster()
        client = connect(cluster.address, 10.0)
        busy = client[client.ids[0]].apply_async(time.sleep, 2.0)
        began = time.monotonic()
        bench = Bench(tmp_path, cluster)
        try:
            assert bench.run(call(add, x=1))["task"].result
            assert time.monotonic() - began < 1.9
            bench.until(lambda one: isinstance(one, Capacity) and one.workers == 2)
            assert busy.get(5.0) is None
        finally:
            bench.close()
            client.close()

    @pytest.mark.slow
    def test_what_waits_behind_somebody_elses_work_goes_to_an_engine_that_is_idle(self, bench) -> None:
        client = bench.scheme._session._link._client
        busy = client[min(client.ids)].apply_async(time.sleep, 4.0)
        began = time.monotonic()
        bench.run(*[call(nap, f"nap[{n}]", seconds=0.05) for n in range(6)])
        assert time.monotonic() - began < 2.5
        assert busy.get(10.0) is None


class TestPace:
    def test_a_short_task_does_not_wait_behind_one_that_takes_longer_than_expected(self, bench) -> None:
        bench.run(*[call(nap, f"short[{n}]", seconds=0.0) for n in range(100)])
        assert bench.slots > 2
        began = time.monotonic()
        bench.submit(*[call(nap, f"task[{n}]", seconds=1.5 if n == 0 else 0.0) for n in range(20)])
        done = 0
        while done < 19:
            report = bench.take()
            done += isinstance(report, Ended) and report.task != "task[0]"
        assert time.monotonic() - began < 1.2

    @pytest.mark.slow
    def test_nothing_of_what_was_executed_stays_in_the_client(self, bench) -> None:
        count = 2000
        bench.run(*[call("operator:neg", f"t[{n}]", {"positional": ("a",)}, a=n) for n in range(count)])
        client = bench.scheme._session._link._client
        wait_until(lambda: len(client.history) < 30)
        kept = [client.outstanding, client.results, client.metadata, client._futures, client._output_futures]
        assert all(len(one) < 30 for one in kept), [len(one) for one in kept]


@pytest.mark.slow
def test_twenty_thousand_tasks_leave_client_and_controller_as_large_as_they_were(bench) -> None:
    # The calls of a node have one form, which is kept.
    one = call("operator:neg", "", {"positional": ("a",)}, a=1)

    def wave(number: int) -> None:
        names = [f"t{number}[{n}]" for n in range(4000)]
        bench.seen.clear()
        bench.run(*[replace(one, task=name) for name in names])
        bench.scheme.release(names)

    def memory() -> int:
        controller = psutil.Process(bench.cluster.controller.pid)
        family = [psutil.Process(), controller, *controller.children(recursive=True)]
        return sum(process.memory_info().rss for process in family)

    wave(0)
    before = memory()
    for number in range(1, 6):
        wave(number)
    assert memory() - before < 20e6


def test_an_engine_whose_user_clears_its_namespace_or_interrupts_it_goes_on_working(bench) -> None:
    bench.run(call(add, "before", x=1))
    client = bench.scheme._session._link._client
    client.clear(block=False)
    client.send_signal(signal.SIGINT, targets=client.ids, block=False)
    ended = bench.run(*[call(add, f"after[{n}]", x=n) for n in range(6)])
    assert not [one for one in ended.values() if isinstance(one.result, Cause)]


def wait_for(folder: str, name: str) -> int:
    with open(os.path.join(folder, name), "w") as file:  # noqa: PTH118, PTH123
        file.write(f"{os.getpid()}\n")
    end = time.monotonic() + 30
    while not os.path.exists(os.path.join(folder, "go")):  # noqa: PTH110, PTH118
        assert time.monotonic() < end
        time.sleep(0.005)
    return os.getpid()


class TestInterrupted:
    """What is asked of engines by another program, while they work for this one."""

    @pytest.fixture
    def other(self, bench):
        made = Cluster.attach(bench.cluster.address)
        yield made
        made.close()

    @pytest.fixture
    def begin(self, bench, other, tmp_path):
        """Return a function that has both engines work in this folder, and tells the engine of each task."""
        numbers = dict(zip(other.client[:].apply_sync(os.getpid), other.client.ids, strict=True))

        def begun(*tasks):
            (tmp_path / "go").unlink(missing_ok=True)
            files = [tmp_path / task for task in tasks]
            bench.submit(*[call(wait_for, task, folder=str(tmp_path), name=task) for task in tasks])
            wait_until(lambda: all(file.exists() and file.read_text().endswith("\n") for file in files))
            return {file.name: numbers[int(file.read_text())] for file in files}

        return begun

    @staticmethod
    def results(bench, tasks):
        over = [bench.until(lambda one: isinstance(one, Ended)) for _ in tasks]
        return {one.task: type(one.result) for one in over}

    def test_the_task_fails_by_that_its_neighbour_ends_well_and_the_engine_works_on(
        self, bench, other, begin, tmp_path
    ):
        engines = begin("first", "second")
        assert other.interrupt([engines["first"]]) == {engines["first"]: "first"}
        ended = bench.until_over("first")
        assert (ended.lost, ended.result.kind, ended.result.type) == (False, "exception", "KeyboardInterrupt")
        assert ended.result.message == "somebody interrupted its engine, as Ctrl-C does"
        (tmp_path / "go").touch()
        assert self.results(bench, ["second"]) == {"second": Result}
        # In the same processes: nothing had to be replaced.
        again = begin("third", "fourth")
        assert set(again.values()) == set(engines.values())
        (tmp_path / "go").touch()
        assert self.results(bench, again) == dict.fromkeys(again, Result)

    def test_a_signal_that_may_be_meant_for_something_else_harms_no_task(self, bench, other, begin, tmp_path):
        engines = begin("first", "second")
        other.interrupt_statements(engines.values())
        (tmp_path / "go").touch()
        assert self.results(bench, engines) == dict.fromkeys(engines, Result)

    def test_an_engine_that_executes_nothing_stays_as_it_is(self, bench, other, begin, tmp_path):
        assert other.interrupt(other.uuids()) == {}
        engines = begin("first", "second")
        (tmp_path / "go").touch()
        assert self.results(bench, engines) == dict.fromkeys(engines, Result)
