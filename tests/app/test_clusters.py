from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from cluster_talks import commands, none_left, of_clusters
from clusters import wait_until

from treadle import Pipeline, run
from treadle.app.clusters import current_cluster, ipython_cluster, using
from treadle.core.errors import ClusterError, UsageError
from treadle.schemes.ipython.addresses import Address
from treadle.schemes.ipython.ending import stop_records
from treadle.schemes.ipython.ledger import Ledger
from treadle.schemes.ipython.nobody import Ours
from treadle.schemes.ipython.profiles import create, profile_folder
from treadle.schemes.ipython.proof import marked

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 30.0
_SCRIPT = """
import sys, time
from treadle import ipython_cluster

def double(x):
    return 2 * x

with ipython_cluster(1) as cluster:
    print(cluster.client[:].apply_sync(double, 21), flush=True)
    {then}
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return tmp_path / "ipython"


def script(tmp_path: Path, then: str) -> subprocess.Popen[str]:
    path = tmp_path / "plain.py"
    path.write_text(_SCRIPT.format(then=then))
    return subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_plain_script_leaves_no_process_and_prints_nothing_of_ours(tmp_path: Path, home: Path) -> None:
    process = script(tmp_path, "pass")
    assert process.communicate(timeout=SECONDS) == ("[42]\n", "")
    assert process.returncode == 0
    assert of_clusters(home) == []
    assert Ledger().records() == []


@pytest.mark.slow
def test_a_script_that_fails_leaves_no_process(tmp_path: Path, home: Path) -> None:
    process = script(tmp_path, "raise RuntimeError('in the body')")
    assert "RuntimeError: in the body" in process.communicate(timeout=SECONDS)[1]
    assert of_clusters(home) == []


@pytest.mark.slow
def test_a_script_that_is_killed_leaves_no_process_for_more_than_five_seconds(tmp_path: Path, home: Path) -> None:
    process = script(tmp_path, "time.sleep(600)")
    assert process.stdout.readline() == "[42]\n"
    assert of_clusters(home)
    process.kill()
    assert none_left(home, 5.0), commands(home)
    process.communicate(timeout=SECONDS)
    assert list((tmp_path / "ipython" / "profile_default" / "security").iterdir()) == []


@pytest.mark.slow
def test_an_interrupted_script_leaves_no_process(tmp_path: Path, home: Path) -> None:
    process = script(tmp_path, "time.sleep(600)")
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in process.communicate(timeout=SECONDS)[1]
    assert of_clusters(home) == []


def test_within_the_block_runs_use_the_cluster_and_afterwards_they_do_not() -> None:
    assert current_cluster() is None
    with ipython_cluster(0) as cluster:
        assert current_cluster() == cluster.address
        assert current_cluster("other") is None
    assert current_cluster() is None


def die_once(marker: str) -> str | None:
    from pathlib import Path

    if not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.environ.get("LAB")


@pytest.mark.slow
def test_an_engine_that_a_task_ends_is_replaced_by_one_like_it(tmp_path: Path, home: Path) -> None:
    p = Pipeline("Study")
    node = p.add(die_once, marker=str(tmp_path / "marker"))
    with ipython_cluster(1, env={"LAB": "given"}) as cluster:
        (before,) = cluster.uuids().values()
        result = run(p, scheme="ipython", cache=False)
        assert result[node] == "given"
        assert {task.scheme for task in result.tasks} == {"ipython"}
        wait_until(lambda: len(cluster.uuids()) == 1 and before not in cluster.uuids().values())
    assert of_clusters(home) == []


@pytest.mark.slow
def test_what_is_kept_is_found_and_used_by_a_new_process_within_a_second(home: Path) -> None:
    with ipython_cluster(1, config={"cluster_id": ""}, keep=True) as cluster:
        address = cluster.address
    try:
        assert current_cluster() == address
        use = (
            "import os, time; start = time.perf_counter()\n"
            "from treadle.app.clusters import current_cluster\n"
            "from treadle.schemes.ipython.cluster import Cluster\n"
            "cluster = Cluster.attach(current_cluster())\n"
            "pid = cluster.client[0].apply_sync(os.getpid)\n"
            "print(time.perf_counter() - start, pid, cluster.client.ids)\n"
        )
        (record,) = Ledger().records()
        seconds = []
        for _ in range(3):
            told = subprocess.run([sys.executable, "-c", use], capture_output=True, text=True, timeout=SECONDS)
            seconds.append(float(told.stdout.split()[0]))
            assert told.stdout.split()[1] == str(record.engines[0].proof.pid), told.stderr
        assert min(seconds) < 1
    finally:
        stop_records(Ledger().records())
    assert marked(record.id) == []
    assert none_left(home), commands(home)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"profile": "none"}, "no IPython profile"),
        ({"launcher": "x"}, "launcher"),
        ({"nproc": "2"}, "a whole number, not '2'"),
        ({"nproc": 1.5}, "a whole number, not 1.5"),
        ({"config": {"python": "~/none"}}, "^cluster: /.*/none cannot be started"),
    ],
)
def test_what_cannot_be_started_is_said_at_once(given: dict, why: str) -> None:
    start = time.monotonic()
    with pytest.raises((UsageError, ClusterError), match=why), ipython_cluster(**{"nproc": 1} | given):
        pass
    assert time.monotonic() - start < 2


def test_of_what_is_held_runs_use_the_usual_cluster_of_their_profile_that_lives() -> None:
    usual, named, other = (Address(profile_folder(), name) for name in ("", "named", "other"))
    elsewhere = Address(create("elsewhere"))
    dead = Ours(alive=lambda: False)
    with contextlib.ExitStack() as held:
        for address, ours in ((usual, dead), (other, None), (named, Ours()), (elsewhere, None)):
            held.enter_context(using(address, ours, only_profile=True))
        assert current_cluster() == named
        assert current_cluster("elsewhere") == elsewhere
        held.enter_context(using(usual, Ours(alive=lambda: True), only_profile=True))
        assert current_cluster() == usual
        with using(elsewhere):
            assert current_cluster() == elsewhere
            assert current_cluster("default") == usual
    assert current_cluster() is None
