from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import psutil
import pytest
from clusters import RealCluster, wait_until

from treadle.core.errors import ClusterError, UsageError
from treadle.schemes.ipython.cluster import Cluster
from treadle.schemes.ipython.information import Inquiry
from treadle.schemes.ipython.statements import chosen_engines, execute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def attached(cluster: RealCluster) -> Iterator[Cluster]:
    used = Cluster.attach(cluster.address)
    yield used
    used.close()


def test_information_agrees_with_the_processes(attached: Cluster, cluster: RealCluster) -> None:
    facts = Inquiry(attached).look()
    assert (facts.answers, facts.ours, facts.encrypted) == (True, False, True)
    assert {one.pid for one in facts.engines} == {engine.pid for engine in cluster.engines}
    for one in facts.engines:
        assert (one.state, one.ours, one.queue, one.host) == ("idle", False, 0, os.uname().nodename)
        assert one.cores == os.cpu_count()
        assert one.memory == pytest.approx(psutil.virtual_memory().total, rel=0.1)
        assert one.used == pytest.approx(psutil.Process(one.pid).memory_info().rss, rel=0.3)


def test_to_look_is_not_counted_as_work_of_an_engine(attached: Cluster) -> None:
    inquiry = Inquiry(attached)
    before = [one.done for one in inquiry.look().engines]
    assert [[one.done for one in inquiry.look().engines] for _ in range(5)] == [before] * 5
    attached.client[0].apply_async(int).get(10)
    wait_until(lambda: inquiry.look().engines[0].done == before[0] + 1)
    assert inquiry.look().engines[1].done == before[1]


def test_a_busy_engine_is_not_waited_for(attached: Cluster, tmp_path: Path) -> None:
    inquiry = Inquiry(attached)
    inquiry.look()
    begun = tmp_path / "begun"
    busy = attached.client[0].execute(f"import time; open({str(begun)!r}, 'w').close(); time.sleep(60)", block=False)
    wait_until(begun.exists)
    start = time.monotonic()
    first, second = inquiry.look().engines
    assert time.monotonic() - start < 3.5
    assert (first.state, second.state) == ("busy", "idle")
    assert (first.queue, first.pid is not None) == (1, True)
    attached.interrupt([0])
    with pytest.raises(Exception, match="KeyboardInterrupt"):
        busy.get(10)


def test_a_statement_tells_what_each_engine_said(attached: Cluster) -> None:
    code = "import sys, os\nprint('out'); print('err', file=sys.stderr); os.getpid() * 0 + 7"
    first, second = execute(attached, code, [1, 0])
    assert (first.engine, second.engine) == (1, 0)
    for one in (first, second):
        assert (one.output, one.errors, one.value, one.error) == ("out\n", "err\n", "7", "")


def test_a_statement_that_fails_is_told_with_its_error_for_each_engine(attached: Cluster) -> None:
    (outcome,) = execute(attached, "print('so far'); 1 / 0", [0])
    assert (outcome.output, outcome.error) == ("so far\n", "ZeroDivisionError: division by zero")
    assert "1 / 0" in outcome.traceback


def test_a_statement_that_never_ends_is_interrupted(attached: Cluster) -> None:
    first, second = execute(
        attached, "import time, os\nif get_ipython().kernel.engine_id == 0: time.sleep(60)", [0, 1], 2
    )
    assert first.error == "not done after 2 s; it was interrupted"
    assert second.error == ""
    assert execute(attached, "'free'", [0], 10)[0].value == "'free'"


def test_a_statement_that_is_given_up_before_it_has_begun_never_begins(attached: Cluster, tmp_path: Path) -> None:
    def give_up(_text: str, _fraction: float) -> None:
        raise InterruptedError

    begun = tmp_path / "begun"
    attached.client[0].execute(f"import time; open({str(begun)!r}, 'w').close(); time.sleep(60)", block=False)
    wait_until(begun.exists)
    with pytest.raises(InterruptedError):
        execute(attached, "while True: pass", [0], 60, give_up)
    assert execute(attached, "'free'", [0], 10)[0].value == "'free'"


def test_engines_are_chosen_by_number_or_host(attached: Cluster) -> None:
    where = {0: "north", 1: "south"}
    assert chosen_engines(attached, None, None, where) == [0, 1]
    assert chosen_engines(attached, [1], None, where) == [1]
    assert chosen_engines(attached, None, ["south"], where) == [1]
    with pytest.raises(UsageError, match="no engine 7"):
        chosen_engines(attached, [7], None, where)
    with pytest.raises(UsageError, match="no engine is on 'west'"):
        chosen_engines(attached, None, ["west"], where)


def test_a_dead_controller_never_holds_up_who_asks(tmp_path: Path) -> None:
    foreign = RealCluster(tmp_path)
    try:
        used = Cluster.attach(foreign.address)
        os.kill(foreign.controller.pid, signal.SIGKILL)
        start = time.monotonic()
        facts = Inquiry(used).look(1.0)
        assert time.monotonic() - start < 3
        assert not facts.answers
        used.close()
    finally:
        foreign.close()


@pytest.mark.slow
def test_an_engine_of_ours_that_was_lost_is_shown_as_given_up_and_cleaned(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    foreign = RealCluster(tmp_path)
    try:
        used = Cluster.attach(foreign.address)
        (uuid,) = used.add_engines(1)
        used.leave()
        started = used.ours()[uuid]
        os.kill(started.proof.pid, signal.SIGSTOP)
        wait_until(lambda: not used.uuids())
        (engine,) = Inquiry(used).look().engines
        assert (engine.number, engine.state, engine.ours, engine.pid) == (None, "given up", True, started.proof.pid)
        from treadle.app.cli import main

        assert main(["cluster", "clean"]) == 0
        assert str(started.proof.pid) in capsys.readouterr().out
        assert not started.proof.lives
        used.close()
    finally:
        foreign.close()


def test_a_controller_that_hangs_is_asked_once_however_often_one_looks(attached: Cluster, cluster: RealCluster) -> None:
    def asking() -> int:
        return sum(thread.name == "treadle a call of the controller" for thread in threading.enumerate())

    before = asking()
    inquiry = Inquiry(attached)
    assert inquiry.look().answers
    cluster.controller.send_signal(signal.SIGSTOP)
    try:
        assert [inquiry.look(0.2).answers for _ in range(4)] == [False] * 4
        assert asking() == before + 1
    finally:
        cluster.controller.send_signal(signal.SIGCONT)
    assert inquiry.look(10.0).answers
    wait_until(lambda: asking() == before)


@pytest.mark.slow
def test_a_statement_without_a_deadline_ends_when_its_controller_does(tmp_path: Path) -> None:
    made = RealCluster(tmp_path)
    try:
        made.add_engines(1)
        used = Cluster.attach(made.address)
        told: list[str] = []

        def say(text: str, _fraction: float) -> None:
            if not told:
                made.controller.kill()
            told.append(text)

        with pytest.raises(ClusterError, match="lost contact with its controller"):
            execute(used, "import time; time.sleep(60)", [0], None, say)
        used.close()
    finally:
        made.close()
