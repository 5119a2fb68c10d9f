from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from clusters import wait_until

from treadle.core.errors import ClusterError, UsageError
from treadle.schemes.ipython.cluster import Cluster
from treadle.schemes.ipython.connecting import Address, connection_file
from treadle.schemes.ipython.finding import clusters, running
from treadle.schemes.ipython.ledger import Ledger
from treadle.schemes.ipython.logs import log_files
from treadle.schemes.ipython.profiles import create
from treadle.schemes.ipython.proof import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clusters import RealCluster

    from treadle.schemes.ipython.launchers import Ended

SECONDS = 20.0


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Address:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return Address(create("lab"))


def left_of_clusters() -> list[psutil.Process]:
    """Return the processes that clusters of this test started."""
    found = []
    for process in psutil.Process().children(recursive=True):
        if "ipyparallel" in " ".join(process.cmdline()) and MARK in process.environ():
            found.append(process)
    return found


def folder_of_security(address: Address) -> list[str]:
    return sorted(path.name for path in (address.profile_dir / "security").iterdir())


@pytest.mark.slow
def test_one_cluster_from_start_to_stop(address: Address, capfd: pytest.CaptureFixture) -> None:
    heard: list[Ended] = []
    cluster = Cluster.start(address, 2, hear=heard.append, env={"LAB_TOKEN": "s3cret"}, niceness=5)
    try:
        everything_is_as_it_was_asked_for(cluster)
        an_engine_that_is_killed_is_heard_of(cluster, heard)
        an_engine_that_is_stopped_by_a_signal_is_ended_when_it_is_given_up(cluster)
        with pytest.raises(ClusterError, match="runs already"):
            Cluster.start(address, 1)
        assert running(address.profile_dir) is None  # it is ours alone
    finally:
        cluster.stop()
    assert left_of_clusters() == []
    assert folder_of_security(address) == []
    assert Ledger().records() == []
    assert capfd.readouterr() == ("", "")


def everything_is_as_it_was_asked_for(cluster: Cluster) -> None:
    view = cluster.client[:]
    started = cluster.ours()
    assert set(cluster.uuids().values()) == set(started)
    assert set(view.apply_sync(os.getpid)) == {one.proof.pid for one in started.values()}
    assert view.apply_sync(os.getenv, "LAB_TOKEN") == ["s3cret"] * 2
    assert view.apply_sync(os.getpriority, os.PRIO_PROCESS, 0) == [5, 5]
    lines = [" ".join(process.cmdline()) for process in left_of_clusters()]
    key = connection_file(cluster.address).read_text()
    assert not any("s3cret" in line for line in lines)
    assert '"curve_serverkey": "' in key
    for path in (cluster.address.profile_dir / "security").glob("ipcontroller*"):
        assert path.stat().st_mode & 0o777 == 0o600
    (record,) = cluster.records()
    assert [(log.role, log.engine) for log in log_files(Path(record.logs))] == [
        ("controller", None),
        ("engine", 0),
        ("engine", 1),
    ]


def an_engine_that_is_killed_is_heard_of(cluster: Cluster, heard: list[Ended]) -> None:
    (uuid,) = cluster.add_engines(1)
    number = next(number for number, name in cluster.uuids().items() if name == uuid)
    pid = cluster.ours()[uuid].proof.pid
    cluster.kill_engines([number])
    wait_until(lambda: [(one.role, one.uuid, one.pid, one.code) for one in heard] == [("engine", uuid, pid, -9)])
    wait_until(lambda: uuid not in cluster.ours())
    assert number not in cluster.uuids()
    with pytest.raises(UsageError, match="no engine 2"):
        cluster.kill_engines([number])


def an_engine_that_is_stopped_by_a_signal_is_ended_when_it_is_given_up(cluster: Cluster) -> None:
    uuid, started = next(iter(cluster.ours().items()))
    os.kill(started.proof.pid, signal.SIGSTOP)
    wait_until(lambda: uuid not in cluster.uuids().values())
    wait_until(lambda: not started.proof.lives)


@pytest.mark.slow
def test_an_interrupt_and_a_restart_reach_one_engine_each(address: Address, tmp_path: Path) -> None:
    python = f"{Path(sys.executable).parent}/./{Path(sys.executable).name}"
    cluster = Cluster.start(address, 2, env={"LAB": "given"}, niceness=3, python=python)
    try:
        first, second = sorted(cluster.uuids())
        begun = tmp_path / "begun"
        code = "import time\ntry:\n    open(begun, 'w').close(); time.sleep(60)\nexcept KeyboardInterrupt: heard = 1"
        cluster.client[first]["begun"] = str(begun)
        busy = cluster.client[first].execute(code, block=False)
        wait_until(begun.exists)
        cluster.interrupt([first])
        busy.get(SECONDS)
        assert cluster.client[first]["heard"] == 1
        old = cluster.uuids()
        (new,) = cluster.restart_engines([first])
        assert new not in old.values()
        assert set(cluster.uuids().values()) == {old[second], new}
        assert of_engine(cluster, new) == ("given", python, 3)
        later = Cluster.attach(address)
        try:
            # Also by another program, which was told nothing.
            (newer,) = later.restart_engines([number_of(later, new)])
            (added,) = later.add_engines(1)
            assert of_engine(later, newer) == of_engine(later, added) == ("given", python, 3)
            later.kill_engines([number_of(later, added)])
        finally:
            later.stop()
        wait_until(lambda: newer not in cluster.uuids().values(), 2.0)
        (new,) = cluster.add_engines(1)
        assert of_engine(cluster, new) == ("given", python, 3)
        cluster.stop_engines([second])
        assert list(cluster.uuids().values()) == [new]
    finally:
        cluster.stop()
    assert left_of_clusters() == []


def number_of(cluster: Cluster, uuid: str) -> int:
    return next(number for number, name in cluster.uuids().items() if name == uuid)


def of_engine(cluster: Cluster, uuid: str) -> tuple[str | None, str, int]:
    view = cluster.client[number_of(cluster, uuid)]
    process = psutil.Process(view.apply_sync(os.getpid))
    return view.apply_sync(os.getenv, "LAB"), process.cmdline()[0], process.nice()


@pytest.fixture
def left_alone(address: Address) -> Iterator[None]:
    yield
    assert left_of_clusters() == []
    assert folder_of_security(address) == []
    assert Ledger().records() == []


@pytest.mark.usefixtures("left_alone")
def test_a_python_that_is_not_there_is_named(address: Address) -> None:
    with pytest.raises(ClusterError, match=r"/no/python cannot be started: No such file") as caught:
        Cluster.start(address, 1, python="/no/python")
    assert "Name a Python that has ipyparallel" in caught.value.remedy


@pytest.mark.usefixtures("left_alone")
def test_a_python_without_the_library_is_told_with_its_own_words(address: Address, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    python.chmod(0o700)
    with pytest.raises(
        ClusterError, match=r"(?s)the controller ended with code 1 before it was ready; its log .*No module"
    ) as caught:
        Cluster.start(address, 1, python=python)
    assert caught.value.remedy == "Install ipyparallel for its Python, or name another Python"


@pytest.mark.usefixtures("left_alone")
def test_an_engine_that_dies_at_once_is_told_with_its_last_words(address: Address) -> None:
    (address.profile_dir / "ipengine_config.py").write_text("import os\nos.write(2, b'no scanner')\nos._exit(3)\n")
    start = time.monotonic()
    with pytest.raises(ClusterError, match=r"(?s)an engine ended with code 3 .*no scanner"):
        Cluster.start(address, 1)
    assert time.monotonic() - start < SECONDS


@pytest.mark.usefixtures("left_alone")
def test_a_port_that_is_taken_is_told(address: Address) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        config = f"c.IPController.ports = [{', '.join([str(port)] * 11)}]\n"
        (address.profile_dir / "ipcontroller_config.py").write_text(config)
        with pytest.raises(ClusterError, match=r"(?s)the controller ended .*Address already in use"):
            Cluster.start(address, 1)


@pytest.mark.usefixtures("left_alone")
def test_a_broken_profile_is_told(address: Address) -> None:
    (address.profile_dir / "ipcluster_config.py").write_text("c.Cluster.n = \n")
    with pytest.raises(ClusterError, match=r"ipcluster_config.py: line 1 .*invalid syntax") as caught:
        Cluster.start(address, 1)
    assert caught.value.remedy == "Correct that line"


@pytest.mark.usefixtures("left_alone")
@pytest.mark.slow
def test_a_start_that_takes_too_long_is_given_up_at_its_deadline(address: Address) -> None:
    (address.profile_dir / "ipengine_config.py").write_text("import time\ntime.sleep(60)\n")
    start = time.monotonic()
    with pytest.raises(ClusterError, match="1 of 1 engines were not ready within 4 s") as caught:
        Cluster.start(address, 1, seconds=4)
    assert caught.value.remedy == "Give them more time, or start fewer at once"
    assert time.monotonic() - start < 8


@pytest.mark.usefixtures("left_alone")
def test_an_interrupt_during_the_start_leaves_nothing(address: Address) -> None:
    def interrupt() -> None:
        wait_until(lambda: any(record.engines for record in Ledger().records()))
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        Cluster.start(address, 2)
    thread.join(SECONDS)


@pytest.mark.slow
def test_a_cluster_of_somebody_else_is_used_and_left_as_it_was(cluster: RealCluster) -> None:
    foreign = Cluster.attach(cluster.address)
    before = foreign.uuids()
    files = sorted((cluster.address.profile_dir / "security").iterdir())
    assert running(cluster.address.profile_dir) == cluster.address
    (found,) = clusters([cluster.address.profile_dir])
    assert (found.answers, found.ours, found.private) == (True, False, False)
    (uuid,) = foreign.add_engines(1)
    assert set(foreign.uuids().values()) == {*before.values(), uuid}
    with pytest.raises(ClusterError, match="did not start engine 0 here"):
        foreign.restart_engines([0])
    (record,) = foreign.records()
    (again,) = foreign.restart_engines([number for number, name in foreign.uuids().items() if name == uuid])
    assert [one.id for one in foreign.records()] == [record.id]
    assert set(foreign.ours()) == {again}
    foreign.stop()
    assert left_of_clusters() == []
    assert sorted((cluster.address.profile_dir / "security").iterdir()) == files
    again = Cluster.attach(cluster.address)
    try:
        wait_until(lambda: again.uuids() == before)
    finally:
        again.close()
