from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psutil
import pytest
from clusters import RealCluster, wait_until
from frozen import frozen

from treadle.core.errors import TreadleError
from treadle.schemes.ipython.ending import stop_records
from treadle.schemes.ipython.ledger import Ledger, Started
from treadle.schemes.ipython.proof import marked, proof_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 30.0


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    yield tmp_path / "ipython"
    try:
        stop_records(Ledger().records())
    except TreadleError:
        raise AssertionError("processes of a cluster could not be ended") from None


@pytest.mark.slow
def test_a_cluster_from_the_command_line_from_start_to_stop(treadle: Callable, home: Path) -> None:
    assert treadle("cluster", "list").out == "No cluster runs. Start one: treadle cluster start\n"
    started = treadle("cluster", "start", "--num-engines", "2")
    assert (started.code, started.err) == (0, "")
    assert "runs with 2 engines, until it is stopped:\n  treadle cluster stop --profile default\n" in started.out
    (record,) = Ledger().records()
    assert record.left_running
    (listed,) = treadle("cluster", "list", "--json").json
    assert (listed["answers"], listed["ours"], listed["private"], listed["engines_of_ours"]) == (True, True, False, 2)
    info = treadle("cluster", "info", "--json").json
    assert {one["pid"] for one in info["engines"]} == {one.proof.pid for one in record.engines}
    assert all(psutil.pid_exists(one["pid"]) for one in info["engines"])
    assert "2 engines\n" in treadle("cluster", "info").out
    engines_are_added_and_killed(treadle)
    a_statement_is_run(treadle)
    assert "✓ 2 of 2 engines passed\n" in treadle("cluster", "test").out
    again = treadle("cluster", "start")
    assert again.code == 1
    assert "cluster default: it runs already. Use it, stop it with `treadle cluster stop default`" in again.err
    os.kill(record.engines[1].proof.pid, signal.SIGKILL)
    wait_until(lambda: not record.engines[1].proof.lives)
    assert "ours, 1 engine, left running" in treadle("cluster", "list").out
    stopped = treadle("cluster", "stop")
    assert stopped.out == "Cluster default is stopped, with 1 engine of Treadle's\n"
    assert marked(record.id) == []
    assert list((home / "profile_default" / "security").iterdir()) == []
    the_logs_are_still_there(treadle)
    gone = treadle("cluster", "stop")
    assert (gone.code, "cluster default: it does not run." in gone.err) == (1, True)


def engines_are_added_and_killed(treadle: Callable) -> None:
    assert treadle("cluster", "engines", "--profile", "default", "add", "1").out == "1 engine added to default: 2\n"
    assert treadle("cluster", "engines", "kill", "2").out == "1 engine killed\n"
    missing = treadle("cluster", "engines", "stop", "2")
    assert (missing.code, missing.err) == (2, "treadle: there is no engine 2 in cluster default; it has: [0, 1]\n")


def a_statement_is_run(treadle: Callable) -> None:
    told = treadle("cluster", "exec", "print('hello'); 6 * 7")
    assert (told.code, told.out) == (0, "✓ engine 0 42\n    hello\n✓ engine 1 42\n    hello\n")
    failed = treadle("cluster", "exec", "1 / 0", "--engines", "1", "--json")
    assert failed.code == 1
    assert [(one["engine"], one["error"]) for one in failed.json] == [(1, "ZeroDivisionError: division by zero")]
    host = os.uname().nodename
    assert treadle("cluster", "exec", "pass", "--hosts", host).out == "✓ engine 0\n✓ engine 1\n"
    assert "no engine is on 'nowhere'" in treadle("cluster", "exec", "pass", "--hosts", "nowhere").err


def the_logs_are_still_there(treadle: Callable) -> None:
    (folder,) = (logs for logs in (Ledger().folder.parent / "logs").iterdir() if (logs / "controller.log").exists())
    with (folder / "controller.log").open("a") as log:
        log.write("the last words\x1b[31m\n")
    told = treadle("cluster", "logs").out
    assert "the last words\\x1b[31m" in told
    missing = treadle("cluster", "logs", "--engine", "9")
    assert (missing.code, "there is no log of engine 9; there are some of: [0, 1, 2]" in missing.err) == (2, True)


def test_logs_are_followed_until_an_interrupt(treadle: Callable, tmp_path: Path) -> None:
    from treadle.schemes.ipython.logs import new_folder
    from treadle.schemes.ipython.profiles import profile_folder

    log = new_folder(profile_folder(), "") / "controller.log"
    log.write_text("first\n")
    command = [sys.executable, "-m", "treadle", "cluster", "logs", "-f"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    while process.stdout.readline().strip() != "first":
        assert process.poll() is None
    end = time.monotonic() + SECONDS
    line = ""
    while "later" not in line:
        with log.open("a") as file:
            file.write("later\n")
        line = process.stdout.readline()
        assert time.monotonic() < end
    process.send_signal(2)
    process.communicate(timeout=SECONDS)
    assert process.returncode == 0


def test_profiles_are_made_copied_and_chosen(treadle: Callable, home: Path) -> None:
    assert "no IPython profiles yet" in treadle("cluster", "profiles").out
    treadle("cluster", "profiles", "create", "lab")
    (home / "profile_lab" / "ipcluster_config.py").write_text("c = get_config()\n")
    treadle("cluster", "profiles", "copy", "lab", "lab2")
    treadle("cluster", "profiles", "use", "lab2")
    listed = treadle("cluster", "profiles", "--json").json
    assert [(one["name"], one["configured"], one["chosen"]) for one in listed] == [
        ("lab", True, False),
        ("lab2", True, True),
    ]
    assert "Did you mean 'lab'?" in treadle("cluster", "profiles", "use", "labb").err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("strat",), "there is no command 'strat'. Did you mean 'start'?"),
        (("start", "--num-engine", "2"), "there is no option '--num-engine'. Did you mean '--num-engines'?"),
        (("start", "--num-engines", "two"), "'two' is no whole number"),
        (("start", "--cluster-id", "../x"), "'../x' cannot be the name of a cluster. Use letters"),
        (("start", "--cluster-id", "a b"), "'a b' cannot be the name of a cluster"),
        (("engines", "add", "0"), "there is nothing to add with 0"),
        (("start", "--name", "night"), "no file is named that defines the cluster 'night'. Name it (--config)"),
        (("start", "--launcher", "locale"), "there is no launcher 'locale'. Did you mean 'local'?"),
        (("start", "--config", "/none.toml"), "/none.toml: the file of clusters cannot be read: No such file"),
        (("info", "--profile", "none"), "there is no IPython profile 'none'"),
        (("exec", "1", "--engines", "a"), "'a' is no whole number"),
    ],
)
def test_what_is_asked_wrongly_is_said_with_what_was_meant(treadle: Callable, arguments: tuple, why: str) -> None:
    told = treadle("cluster", *arguments)
    assert told.code == 2
    assert why in told.err


@pytest.mark.slow
def test_a_foreign_cluster_is_stopped_only_when_that_is_said(
    treadle: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = RealCluster(tmp_path / "foreign")
    try:
        # One that does not answer holds nothing up.
        foreign.add_engines(1)[0].send_signal(signal.SIGSTOP)
        monkeypatch.setenv("IPYTHONDIR", foreign.environment["IPYTHONDIR"])
        refused = treadle("cluster", "stop")
        assert refused.code == 1
        assert "Treadle started nothing of it. With --all it is stopped nevertheless" in refused.err
        assert foreign.controller.poll() is None
        assert treadle("cluster", "stop", "--all").out == "Cluster default is stopped\n"
        foreign.controller.wait(SECONDS)
    finally:
        foreign.close()


def left_folder() -> Path:
    return Path(os.environ["IPYTHONDIR"]) / "profile_default"


@pytest.fixture
def left(home: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two clusters whose programs have gone, with an engine each."""
    ledger, engines = Ledger(), [subprocess.Popen(["sleep", "600"], start_new_session=True) for _ in range(2)]
    owner = subprocess.Popen(["sleep", "600"])
    gone_owner = proof_of(owner.pid)
    owner.kill()
    owner.wait(SECONDS)
    for name, engine in zip(("one", "two"), engines, strict=True):
        record = ledger.open(left_folder(), name, "local", home / "logs")
        ledger.add(record.id, Started("engine", proof_of(engine.pid)))
        ledger.change(record.id, lambda now: msgspec.structs.replace(now, owner=gone_owner))
    yield engines
    for engine in engines:
        engine.kill()
        engine.wait(SECONDS)


def test_what_programs_that_are_gone_left_is_listed_with_what_ends_it(treadle: Callable, left: list) -> None:
    listed = treadle("cluster", "list")
    assert listed.out.count("ours, 1 process left behind") == 2
    assert (
        f"Left behind of default:one: process {left[0].pid} (the program that started it has gone). End it:\n"
        "  treadle cluster stop --profile default --cluster-id one\n"
    ) in listed.out
    documents = treadle("cluster", "list", "--json").json
    assert [(one["left_behind"], one["told_to_end"]) for one in documents] == [([one.pid], None) for one in left]
    assert treadle("cluster", "stop", "default:one").code == 0
    assert left[0].wait(SECONDS) == -signal.SIGTERM
    assert "default:one" not in treadle("cluster", "list").out


@pytest.mark.slow
def test_what_cannot_be_ended_keeps_nothing_else_from_being_cleaned_and_is_listed_on(
    treadle: Callable, left: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treadle.app.cli.cluster_clean.END_SECONDS", 3.0)
    with frozen(left[0].pid):
        told = treadle("cluster", "clean")
        assert told.code == 1
        assert f"these processes cannot be ended, as the system holds them: {left[0].pid} (sleep 600)" in told.err
        assert f"default two: {left[1].pid}\n" in told.out
        assert left[1].wait(SECONDS) == -signal.SIGTERM
        listed = treadle("cluster", "list").out
        assert "default:two" not in listed
        assert f"process {left[0].pid} (told to end at " in listed
        assert "and has not; the system holds it" in listed
        (document,) = treadle("cluster", "list", "--json").json
        assert document["told_to_end"] > 0
    assert left[0].wait(SECONDS) < 0
    # It has ended by itself, and is forgotten.
    assert treadle("cluster", "list").out == "No cluster runs. Start one: treadle cluster start\n"
    assert Ledger().records() == []


def test_what_was_left_behind_of_a_name_is_told_beside_what_runs_under_it_now(treadle: Callable, left: list) -> None:
    ledger, now = Ledger(), subprocess.Popen(["sleep", "600"])
    try:
        record = ledger.open(left_folder(), "one", "local", left_folder() / "logs")
        ledger.add(record.id, Started("controller", proof_of(now.pid)), Started("engine", proof_of(now.pid)))
        listed = treadle("cluster", "list").out
        assert f"ours, 1 engine, ends with process {os.getpid()}; 1 process left behind" in listed
        assert f"process {left[0].pid} (the program" in listed
        ledger.remove(record.id)
    finally:
        now.kill()
        now.wait(SECONDS)


def test_clean_removes_what_a_dead_controller_left(treadle: Callable, home: Path) -> None:
    security = home / "profile_default" / "security"
    security.mkdir(parents=True)
    facts = dict.fromkeys(("key", "signature_scheme", "pack", "unpack", "task_scheme"), "")
    facts |= {"interface": "tcp://127.0.0.1", "registration": 1, "location": os.uname().nodename}
    (security / "ipcontroller-old-client.json").write_text(json.dumps(facts))
    (security / "ipcontroller-far-client.json").write_text(json.dumps({**facts, "location": "192.0.2.7"}))
    told = "what the controller of default:old left behind\n"
    dry = treadle("cluster", "clean", "--dry-run")
    assert (dry.out, dry.err) == (f"Would remove {told}", "")
    assert treadle("cluster", "clean").out == f"Removed {told}"
    assert [path.name for path in security.iterdir()] == ["ipcontroller-far-client.json"]
    assert treadle("cluster", "clean").out == "Nothing was left behind.\n"
