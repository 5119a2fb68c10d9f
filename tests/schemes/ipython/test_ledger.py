from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psutil
import pytest
from clusters import wait_until
from frozen import frozen

from treadle.schemes.ipython.ledger import Ledger, Record, Started
from treadle.schemes.ipython.proof import MARK, Proof, end, marked, proof_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 10.0


@pytest.fixture
def sleepers() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait(SECONDS)


def sleep(sleepers: list[subprocess.Popen[bytes]], mark: str = "") -> Proof:
    environment = {**os.environ, **({MARK: mark} if mark else {})}
    sleepers.append(subprocess.Popen(["sleep", "600"], env=environment))
    proof = proof_of(sleepers[-1].pid)
    assert proof is not None
    return proof


def deaf_one(sleepers: list) -> Proof:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    sleepers.append(subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE))
    sleepers[-1].stdout.readline()
    sleepers[-1].stdout.close()
    proof = proof_of(sleepers[-1].pid)
    assert proof is not None
    return proof


def opened(ledger: Ledger) -> Record:
    return ledger.open(Path("/profile"), "", "local", Path("/logs"))


def with_engine(ledger: Ledger, engine: Proof) -> Record:
    record = opened(ledger)
    ledger.add(record.id, Started("engine", engine))
    told = ledger.read(record.id)
    assert told is not None
    return told


def test_a_process_is_proved_by_number_start_and_command_together(sleepers: list) -> None:
    proof = sleep(sleepers)
    assert proof.lives
    assert not msgspec.structs.replace(proof, command="sleep 601").lives
    assert not msgspec.structs.replace(proof, started="0:1").lives
    sleepers[0].kill()
    sleepers[0].wait(SECONDS)
    assert not proof.lives


def test_a_python_that_is_a_script_may_put_the_real_one_into_its_place(sleepers: list, tmp_path: Path) -> None:
    go_on, script = tmp_path / "go_on", tmp_path / "python"
    script.write_text(
        f"#!/bin/sh\nwhile [ ! -e {go_on} ]; do sleep 0.01; done\n"
        f'exec {sys.executable} -c "import time; time.sleep(600)" "$@"\n'
    )
    script.chmod(0o755)
    sleepers.append(subprocess.Popen([script, "-m", "ipyparallel.engine", "--name=1"]))
    proof = proof_of(sleepers[0].pid)
    assert proof is not None
    assert proof.lives
    go_on.touch()
    wait_until(lambda: psutil.Process(proof.pid).cmdline()[:1] == [sys.executable], SECONDS)
    assert proof.lives
    assert not msgspec.structs.replace(proof, command=proof.command + "1").lives


def test_a_process_that_has_ended_but_is_not_reaped_does_not_live(sleepers: list) -> None:
    proof = sleep(sleepers)
    sleepers[0].kill()
    os.waitid(os.P_PID, proof.pid, os.WEXITED | os.WNOWAIT)
    assert not proof.lives
    assert not proof.send(signal.SIGTERM)


def test_a_reused_number_is_never_touched(sleepers: list) -> None:
    ledger = Ledger()
    unrelated = sleep(sleepers)
    for faked in (
        msgspec.structs.replace(unrelated, started=unrelated.started + "1"),
        msgspec.structs.replace(unrelated, command="python -m ipyparallel.engine"),
    ):
        told = with_engine(ledger, faked)
        assert told.living() == []
        assert told.end(1.0) == []
        assert not faked.send(signal.SIGKILL)
    assert sleepers[0].poll() is None


def test_a_record_ends_what_it_names_and_all_that_carries_its_mark(sleepers: list) -> None:
    ledger = Ledger()
    record = opened(ledger)
    named, marked_one, other = sleep(sleepers), sleep(sleepers, record.id), sleep(sleepers, "other")
    ledger.add(record.id, Started("engine", named))
    told = ledger.read(record.id)
    assert told is not None
    assert set(told.living()) == {named, marked_one}
    assert told.end(SECONDS) == []
    assert [process.wait(SECONDS) for process in sleepers[:2]] == [-signal.SIGTERM] * 2
    assert other.lives


def test_what_is_stopped_or_deaf_is_ended_too(sleepers: list) -> None:
    stopped = sleep(sleepers)
    stopped.send(signal.SIGSTOP)
    deaf = deaf_one(sleepers)
    assert end(lambda: [stopped, deaf], SECONDS, patience=0.3) == []
    assert [process.wait(SECONDS) for process in sleepers] == [-signal.SIGTERM, -signal.SIGKILL]


def test_what_cannot_be_ended_in_time_is_named(sleepers: list) -> None:
    proof = sleep(sleepers)
    assert end(lambda: [proof], 0.0) == [proof]


@pytest.mark.slow
@pytest.mark.parametrize("left_running", [False, True])
def test_what_did_not_end_is_a_leftover_until_it_has_ended_whatever_was_meant_before(
    sleepers: list, left_running: bool
) -> None:
    ledger, owner, deaf = Ledger(), sleep(sleepers), deaf_one(sleepers)
    record = opened(ledger)
    ledger.add(record.id, Started("engine", deaf))
    record = ledger.change(record.id, lambda now: msgspec.structs.replace(now, owner=owner, left_running=left_running))
    assert record is not None
    assert ledger.end(record, 0.3) == [deaf]
    assert ledger.leftovers() == []
    sleepers[0].kill()
    sleepers[0].wait(SECONDS)
    (left,) = ledger.leftovers()
    assert (left.id, left.survived > record.created, left.lasting) == (record.id, True, False)
    assert ledger.end(left, SECONDS) == []
    assert ledger.records() == []


def test_what_did_not_end_is_found_again_although_somebody_has_removed_its_record(sleepers: list) -> None:
    ledger, deaf = Ledger(), deaf_one(sleepers)
    kept = with_engine(ledger, deaf)
    shutil.rmtree(ledger.folder)
    assert ledger.end(kept, 0.3) == [deaf]
    assert [one.id for one in ledger.records()] == [kept.id]


@pytest.mark.slow
def test_what_the_system_holds_is_stuck_until_it_lets_go(sleepers: list) -> None:
    ledger, held = Ledger(), sleep(sleepers)
    told = with_engine(ledger, held)
    assert not held.stuck
    with frozen(held.pid):
        assert held.stuck
        assert ledger.end(told, 3.0) == [held]
        assert ledger.read(told.id) is not None
    # It was told to end while it could not hear.
    assert sleepers[0].wait(SECONDS) in {-signal.SIGTERM, -signal.SIGKILL}


def test_a_record_of_another_machine_is_never_acted_upon(sleepers: list) -> None:
    ledger = Ledger()
    record = opened(ledger)
    ledger.add(record.id, Started("engine", sleep(sleepers)))
    told = ledger.change(record.id, lambda now: msgspec.structs.replace(now, host="elsewhere"))
    assert told is not None
    assert (told.living(), told.abandoned) == ([], False)
    told.end(1.0)
    assert ledger.end(told, 1.0) == []
    assert ledger.read(record.id) is not None
    assert sleepers[0].poll() is None


def test_only_what_an_ended_program_did_not_leave_on_purpose_is_a_leftover(sleepers: list) -> None:
    ledger = Ledger()
    owner = sleep(sleepers)
    records = []
    for left in (False, True):
        record = opened(ledger)
        ledger.add(record.id, Started("engine", sleep(sleepers)))
        ledger.change(record.id, lambda now, left=left: msgspec.structs.replace(now, owner=owner, left_running=left))
        records.append(record.id)
    assert ledger.leftovers() == []
    sleepers[0].kill()
    sleepers[0].wait(SECONDS)
    assert [record.id for record in ledger.leftovers()] == records[:1]


def test_two_writers_lose_nothing(sleepers: list) -> None:
    ledger = Ledger()
    record = opened(ledger)
    proof = sleep(sleepers)

    def add() -> None:
        for number in range(20):
            Ledger(ledger.folder).add(record.id, Started("engine", proof, uuid=str(number)))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    told = ledger.read(record.id)
    assert told is not None
    assert len(told.processes) == 80


def test_only_the_user_can_read_the_ledger_and_damage_hides_one_record_only() -> None:
    ledger = Ledger()
    kept, damaged = opened(ledger), opened(ledger)
    path = ledger.folder / f"{damaged.id}.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert ledger.folder.stat().st_mode & 0o777 == 0o700
    path.write_bytes(path.read_bytes()[:50])
    assert [record.id for record in ledger.records()] == [kept.id]
    assert ledger.change(damaged.id, lambda now: now) is None


def test_processes_of_another_mark_are_not_found(sleepers: list) -> None:
    found = sleep(sleepers, "mine")
    sleep(sleepers, "mine too")
    assert marked("mine") == [found]
