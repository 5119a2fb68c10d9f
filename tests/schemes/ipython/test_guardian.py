from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psutil
import pytest
from clusters import wait_until
from frozen import frozen

from treadle.schemes.ipython.guardian import Guardian, Watch
from treadle.schemes.ipython.ledger import Ledger, Record, Started
from treadle.schemes.ipython.proof import MARK, proof_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 10.0
_OWNER = """
import sys, subprocess, os
from pathlib import Path
from treadle.schemes.ipython.guardian import Guardian, Watch
from treadle.schemes.ipython.ledger import Ledger, Started
from treadle.schemes.ipython.proof import MARK, proof_of
ledger = Ledger()
record = ledger.open(Path("/profile"), "", "local", Path("/logs"))
guardian = Guardian(ledger, record)
guardian.wait_ready(10)
process = subprocess.Popen(["sleep", "600"], env={**os.environ, MARK: record.id}, start_new_session=True)
ledger.add(record.id, Started("engine", proof_of(process.pid)))
print(record.id, process.pid, guardian.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def guarded() -> Iterator[tuple[subprocess.Popen[str], Record, int, int]]:
    """A program that started one process, its record, that process and the guardian."""
    owner = subprocess.Popen([sys.executable, "-c", _OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    record_id, engine, guardian = owner.stdout.readline().split()
    record = Ledger().read(record_id)
    assert record is not None
    yield owner, record, int(engine), int(guardian)
    for end in (lambda: os.kill(int(engine), signal.SIGKILL), lambda: os.kill(int(guardian), signal.SIGKILL)):
        if psutil.pid_exists(int(engine)) or psutil.pid_exists(int(guardian)):
            try:
                end()
            except ProcessLookupError:
                continue
    owner.kill()
    owner.communicate(timeout=SECONDS)


def gone(pid: int) -> bool:
    return proof_of(pid) is None


def test_all_is_gone_within_five_seconds_of_the_owner(guarded: tuple) -> None:
    owner, record, engine, guardian = guarded
    owner.kill()
    start = time.monotonic()
    wait_until(lambda: gone(engine) and gone(guardian), 5.0)
    assert time.monotonic() - start < 5
    assert Ledger().read(record.id) is None


def test_all_is_gone_with_the_owner_although_somebody_has_removed_the_ledger(guarded: tuple) -> None:
    owner, _record, engine, guardian = guarded
    shutil.rmtree(Ledger().folder)
    owner.kill()
    wait_until(lambda: gone(engine) and gone(guardian), 6.0)


@pytest.mark.parametrize("left_running", [False, True])
def test_what_its_guardian_could_not_end_stays_in_the_ledger(left_running: bool) -> None:
    ledger = Ledger()
    record = ledger.open(Path("/profile"), "", "local", Path("/logs"))
    ignores = "import os, signal, time; signal.signal(15, signal.SIG_IGN); os.write(1, b'!'); time.sleep(600)"
    engine = subprocess.Popen([sys.executable, "-c", ignores], stdout=subprocess.PIPE)
    controller = subprocess.Popen(["sleep", "600"])
    try:
        engine.stdout.read(1)
        ledger.add(record.id, Started("controller", proof_of(controller.pid)), Started("engine", proof_of(engine.pid)))
        ledger.change(record.id, lambda now: msgspec.structs.replace(now, left_running=left_running))
        controller.kill()
        controller.wait(SECONDS)
        # It has no time for more than to ask.
        Watch(ledger, record.id, seconds=0.3).run()
        kept = ledger.read(record.id)
        assert kept is not None
        assert [proof.pid for proof in kept.living()] == [engine.pid]
        assert (kept.left_running, kept.survived > 0, kept.lasting) == (False, True, False)
    finally:
        for process in (engine, controller):
            process.kill()
            process.wait(SECONDS)
        engine.stdout.close()


@pytest.mark.slow
def test_what_not_even_a_kill_ends_is_a_leftover_when_the_guardian_has_gone(guarded: tuple) -> None:
    owner, record, engine, guardian = guarded
    with frozen(engine):
        owner.kill()
        wait_until(lambda: gone(guardian))
        (left,) = Ledger().leftovers()
        assert (left.id, [proof.pid for proof in left.living()]) == (record.id, [engine])
    wait_until(lambda: gone(engine))
    assert Ledger().leftovers() == []


def test_what_was_left_running_on_purpose_lives_and_is_guarded_on(guarded: tuple) -> None:
    owner, record, engine, guardian = guarded
    Ledger().change(record.id, lambda now: msgspec.structs.replace(now, left_running=True))
    owner.kill()
    owner.wait(SECONDS)
    with pytest.raises(AssertionError):
        wait_until(lambda: gone(engine) or gone(guardian), 1.5)
    os.kill(engine, signal.SIGKILL)
    wait_until(lambda: gone(guardian))
    assert Ledger().read(record.id) is None


def test_a_guardian_does_not_hear_what_is_typed_into_the_terminal(guarded: tuple) -> None:
    owner, _, engine, guardian = guarded
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        os.kill(guardian, number)
    assert os.getsid(guardian) != os.getsid(owner.pid)
    with pytest.raises(AssertionError):
        wait_until(lambda: gone(guardian) or gone(engine), 0.8)


def test_a_guardian_that_is_asked_to_end_ends_its_cluster_first(guarded: tuple) -> None:
    _, _, engine, guardian = guarded
    os.kill(guardian, signal.SIGTERM)
    wait_until(lambda: gone(engine) and gone(guardian), 5.0)


def test_when_the_controller_ends_its_orphans_are_ended_and_the_owner_lives_on() -> None:
    ledger = Ledger()
    record = ledger.open(Path("/profile"), "", "local", Path("/logs"))
    guardian = Guardian(ledger, record)
    marked = {**os.environ, MARK: record.id}
    controller, orphan = (subprocess.Popen(["sleep", "600"], env=marked) for _ in range(2))
    try:
        proof = proof_of(controller.pid)
        assert proof is not None
        ledger.add(record.id, Started("controller", proof))
        controller.kill()
        controller.wait(SECONDS)
        orphan.wait(SECONDS)
        wait_until(lambda: ledger.read(record.id) is None)
    finally:
        orphan.kill()
        orphan.wait(SECONDS)
        guardian.close()


class Looking(Watch):
    """Tells when it has looked, and looks again soon."""

    looked = threading.Event()

    def _wait(self, _seconds: float) -> None:
        self.looked.set()
        super()._wait(0.01)


def test_engines_end_with_the_controller_that_they_joined_also_if_another_program_started_it() -> None:
    ledger = Ledger()
    joined, own = (ledger.open(Path("/profile"), "", "local", Path("/logs")) for _ in range(2))
    controller, engine = (subprocess.Popen(["sleep", "600"]) for _ in range(2))
    try:
        ledger.add(joined.id, Started("controller", proof_of(controller.pid)))
        ledger.add(own.id, Started("engine", proof_of(engine.pid)))
        ledger.change(own.id, lambda record: msgspec.structs.replace(record, left_running=True))
        watch = Looking(ledger, own.id)
        watch.stop()
        watching = threading.Thread(target=watch.run)
        watching.start()
        assert watch.looked.wait(SECONDS)
        assert engine.poll() is None
        controller.kill()
        controller.wait(SECONDS)
        assert engine.wait(SECONDS) != 0
        watching.join(SECONDS)
        assert ledger.read(own.id) is None
    finally:
        for process in (controller, engine):
            process.kill()
            process.wait(SECONDS)


def test_a_guardian_whose_record_is_gone_ends_at_once() -> None:
    ledger = Ledger()
    record = ledger.open(Path("/profile"), "", "local", Path("/logs"))
    guardian = Guardian(ledger, record)
    ledger.remove(record.id)
    start = time.monotonic()
    guardian.close()
    assert time.monotonic() - start < 3
    assert gone(guardian.pid)
