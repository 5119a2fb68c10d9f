"""The ipython scheme on real engines: what is lost with an engine, and calls that are to end."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import threading
import time

import numpy as np
import psutil
import pytest
from call_forms import shaped
from clusters import RealCluster, wait_until
from engine_bench import Bench, call
from engines import running_cluster

from treadle import cancelled
from treadle.core.scheme import Capacity, Ended, Lost, Stopped
from treadle.core.worker.call import Ref
from treadle.core.worker.failures import Cause
from treadle.schemes.ipython import nannies
from treadle.schemes.ipython.connecting import connect, connection_file


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    yield made
    made.close()


def add(x: int, y: int = 1) -> int:
    return x + y


def wait_for_ever() -> None:
    threading.Event().wait()


def hold_the_interpreter() -> int:
    return sum(range(10**12))


def sleep_in_c(seconds: int) -> int:
    return ctypes.PyDLL(None).sleep(seconds)


def suspend() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def end_when_told() -> str:
    while not cancelled():
        time.sleep(0.01)
    return "ended by itself"


def die(number: int) -> None:
    os.kill(os.getpid(), number)


def segfault() -> None:
    ctypes.string_at(0)


def leave(code: int) -> None:
    os._exit(code)


def pid() -> int:
    return os.getpid()


def large(count: int = 500_000) -> np.ndarray:
    return np.arange(count)


def where_and_sum(array: np.ndarray) -> tuple[int, int]:
    return os.getpid(), int(array.sum())


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


class TestLosses:
    @pytest.mark.parametrize(
        ("function", "arguments", "cause"),
        [
            (die, {"number": signal.SIGKILL}, Cause("killed", "killed by signal 9 (SIGKILL)")),
            (segfault, {}, Cause("killed", "killed by signal 11 (SIGSEGV)")),
            (leave, {"code": 3}, Cause("exited", "exited with code 3")),
        ],
        ids=["killed", "segfault", "exit"],
    )
    def test_a_task_that_ends_its_engine_is_lost_with_the_cause_and_its_neighbours_are_not(
        self, bench, function, arguments, cause
    ) -> None:
        bench.submit(call(nap, "neighbour", seconds=0.5), call(function, "bad", **arguments))
        ended = bench.until_over("bad", 5.0)
        assert (ended.lost, ended.result) == (True, cause)
        neighbour = next((one for one in bench.seen if isinstance(one, Ended) and one.task == "neighbour"), None)
        assert not (neighbour or bench.until_over("neighbour")).lost

    def test_the_values_of_an_engine_that_is_gone_are_told_as_lost(self, bench) -> None:
        first = bench.run(call(large, "large"))["large"]
        os.kill(first.place.pid, signal.SIGKILL)
        assert bench.until(lambda one: isinstance(one, Lost), 5.0) == Lost(("large",))
        with pytest.raises(KeyError):
            bench.value("large")
        # What reads it is told so, and not executed.
        ended = bench.run(call(where_and_sum, array=Ref(("large", "out", -1))))["task"]
        assert (ended.lost, ended.result.kind) == (True, "lost contact")

    def test_without_engines_calls_are_refused_and_the_scheme_says_so(self, bench) -> None:
        for one in bench.cluster.engines:
            one.kill()
        # The last word is what counts: one of them may not have answered yet when the other one went.
        why = "no engines are registered with the cluster"
        bench.until(lambda one: isinstance(one, Capacity) and not one.slots and one.why == why, 5.0)
        bench.submit(call(add, x=1))
        ended = bench.until_over("task", 5.0)
        assert ended.refused
        assert "no engines" in ended.result.message


@pytest.mark.slow
class TestParts:
    """What stands between this program and the engines: their nannies, and the processes of the controller."""

    @pytest.fixture
    def own(self, tmp_path):
        cluster = RealCluster(tmp_path / "own")
        cluster.add_engines(1)
        bench = Bench(tmp_path, cluster)
        yield bench
        bench.close()
        cluster.close()

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
    def test_an_engine_whose_nanny_does_not_answer_is_used_no_more(self, own, monkeypatch, number) -> None:
        monkeypatch.setattr(nannies, "EVERY_SECONDS", 0.3)
        engine = own.run(call(add, "first", x=1))["first"].place.pid
        own.submit(call(wait_for_ever, "stuck"))
        own.until_began("stuck")
        wait_until(lambda: own.scheme._session._nannies._missed)
        (nanny,) = (one for one in psutil.Process(engine).children() if "ipyparallel.engine.nanny" in one.cmdline())
        nanny.send_signal(number)
        ended = own.until_over("stuck", 10.0)
        assert (ended.lost, ended.result.kind) == (True, "lost contact")
        assert "nanny does not answer" in ended.result.message
        own.submit(call(add, x=1))
        refused = own.until_over("task", 5.0)
        assert refused.refused
        assert "nanny does not answer" in refused.result.message

    def test_contact_is_lost_with_any_part_of_the_controller(self, own) -> None:
        own.submit(call(wait_for_ever, "stuck"))
        own.until_began("stuck")
        port = json.loads(connection_file(own.cluster.address).read_text())["mux"]
        scheduler = next(one for one in psutil.Process(own.cluster.controller.pid).children() if listens(one, port))
        began = time.monotonic()
        scheduler.kill()
        ended = own.until_over("stuck", 10.0)
        assert (ended.lost, ended.result.kind) == (True, "lost contact")
        assert "lost contact with the controller of the cluster: a part of it has ended" in ended.result.message
        assert time.monotonic() - began < 5.0
        # Whoever is connected to another cluster notices nothing of it.
        own.cluster.controller.kill()
        own.close()
        connect(running_cluster().address, 10.0).close()


def listens(process: psutil.Process, port: int) -> bool:
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in process.net_connections())


class TestEnds:
    @pytest.mark.parametrize("function", [wait_for_ever, hold_the_interpreter, suspend])
    def test_a_call_that_hangs_is_over_within_two_seconds(self, bench, function) -> None:
        bench.run(call(add, "first", x=1))
        bench.submit(call(function, "stuck"))
        bench.until_began("stuck") if function is wait_for_ever else time.sleep(0.5)
        began = time.monotonic()
        bench.scheme.stop(["stuck"])
        assert bench.until_over("stuck", 10.0) == Stopped("stuck", 1)
        assert time.monotonic() - began < 2.5
        assert bench.run(call(add, x=1), call(add, "task2", x=1))["task"].result

    def test_a_call_that_holds_the_interpreter_at_once_has_been_told_to_begin(self, bench) -> None:
        bench.submit(call(sleep_in_c, "stuck", seconds=60))
        bench.until_began("stuck")
        bench.scheme.stop(["stuck"])
        assert bench.until_over("stuck", 5.0) == Stopped("stuck", 1)

    def test_one_of_many_short_calls_with_a_time_limit_has_been_told_to_begin(self, bench) -> None:
        bench.run(*[call(sleep_in_c, f"n[{n}]", seconds=0) for n in range(40)])
        many = [shaped(call(sleep_in_c, f"m[{n}]", seconds=60 * (n == 7)), limited=True) for n in range(20)]
        bench.submit(*many)
        bench.until_began("m[7]")
        bench.scheme.stop(["m[7]"])
        assert bench.until_over("m[7]", 5.0) == Stopped("m[7]", 1)

    def test_a_module_that_asks_may_end_by_itself(self, bench) -> None:
        bench.submit(call(end_when_told, "asks"))
        place = bench.until_began("asks").place
        bench.scheme.stop(["asks"])
        assert bench.until_over("asks") == Stopped("asks", 1)
        # Its engine was not killed for that.
        bench.run(*[call(pid, f"pid[{n}]") for n in range(20)])
        assert place.pid in {bench.value(f"pid[{n}]") for n in range(20)}

    def test_calls_that_wait_are_stopped_at_once_and_the_one_before_them_is_not(self, bench) -> None:
        bench.submit(call(nap, "a", seconds=1.0), call(nap, "b", seconds=1.0), call(nap, "waiting", seconds=1.0))
        bench.until_began("a")
        bench.scheme.stop(["waiting"])
        assert bench.until_over("waiting", 0.9) == Stopped("waiting", 1)
        assert isinstance(bench.until_over("a"), Ended)
