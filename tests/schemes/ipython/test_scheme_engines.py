"""The ipython scheme on real engines: newcomers, other programs, waiting, and what stays in the client."""

from __future__ import annotations

import os
import signal
import threading
import time

import psutil
import pytest
from clusters import wait_until
from engine_bench import Bench, call
from engines import running_cluster

from treadle.core.scheme import Capacity, Ended
from treadle.core.worker.failures import Cause


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
    def wave(number: int) -> None:
        names = [f"t{number}[{n}]" for n in range(4000)]
        bench.seen.clear()
        bench.run(*[call("operator:neg", name, {"positional": ("a",)}, a=1) for name in names])
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
