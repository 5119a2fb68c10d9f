"""A small process that ends a cluster when the program that started it has gone, or its controller has."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.errors import ClusterError
from .ledger import Ledger

if TYPE_CHECKING:
    from .ledger import Record
    from .proof import Proof

END_SECONDS = 4.5
_LOOK_SECONDS = 0.5
_LEFT_LOOK_SECONDS = 2.0
_CLOSE_SECONDS = 3.0


class Guardian:
    """The owner's end: while it is open, the guardian lets the cluster be."""

    def __init__(self, ledger: Ledger, record: Record) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-P", "-m", __name__, str(ledger.folder), record.id],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    @property
    def lives(self) -> bool:
        """Whether it is still there."""
        return self._process.poll() is None

    def wait_ready(self, seconds: float) -> None:
        """Wait until it watches; ClusterError if it does not within so many seconds."""
        told = self._process.stdout
        assert told is not None
        if not (select.select([told], [], [], seconds)[0] and told.read(1)):
            raise ClusterError(
                "the process that guards the cluster did not start",
                where=sys.executable,
                remedy="Give it more time: the machine may be busy",
            )

    def leave(self) -> None:
        """Let go of it: it goes on by itself, as the record says."""
        self._shut()

    def close(self, seconds: float = END_SECONDS + _CLOSE_SECONDS) -> None:
        """Have it look at the record a last time, and wait until it is gone; one that is late is killed."""
        self._shut()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_CLOSE_SECONDS)

    def _shut(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        # It may live longer than this object; nobody is to be warned of that.
        self._process.poll()
        if self._process.returncode is None:
            _let_go.append(self._process)


_let_go: list[subprocess.Popen[bytes]] = []


class Watch:
    """The guardian's own end: decides, from the record, whether its cluster may live, and ends it in ``seconds``."""

    def __init__(self, ledger: Ledger, record_id: str, seconds: float = END_SECONDS) -> None:
        self._seconds = seconds
        self._ledger = ledger
        self._id = record_id
        self._alone = False
        self._last = ledger.read(record_id)
        self._controller: Proof | None = None

    def run(self) -> None:
        """Watch until nothing is left to guard."""
        while (record := self._record()) is not None:
            if not self._alone and not record.owner.lives:
                self._alone = True
                continue  # the last thing that the owner wrote counts: it may have left the cluster running
            if self._over(record):
                # What does not end stays in the ledger, and is offered to whoever comes next.
                self._ledger.end(record, self._seconds)
                return
            self._wait(_LEFT_LOOK_SECONDS if self._alone else _LOOK_SECONDS)

    def _record(self) -> Record | None:
        """Return the record as it is now, or as it was last if somebody has removed its file and not its processes."""
        record = self._ledger.read(self._id)
        if record is None and self._last is not None and self._last.living():
            return self._last
        self._last = record
        return record

    def _over(self, record: Record) -> bool:
        if self._alone and not record.left_running:
            return True
        self._controller = self._controller or self._found_controller(record)
        if self._controller is not None:
            # Without it the engines are of no use, and its schedulers live on as orphans.
            return not self._controller.lives
        return bool(record.processes) and not any(one.proof.lives for one in record.processes)

    def _found_controller(self, record: Record) -> Proof | None:
        """Return the controller of the cluster, if it is ours: of this record, or of one that these engines joined."""
        records = [record] if record.controller else self._ledger.of(Path(record.profile_dir), record.cluster_id)
        known = [one.controller.proof for one in records if one.here and one.controller is not None]
        return next((proof for proof in known if proof.lives), known[0] if record.controller else None)

    def _wait(self, seconds: float) -> None:
        """Wait for the next look, or until the owner has closed its end."""
        with contextlib.suppress(InterruptedError):
            if self._alone:
                select.select([], [], [], seconds)
            elif select.select([sys.stdin], [], [], seconds)[0]:
                self._alone = not os.read(sys.stdin.fileno(), 64)

    def stop(self, *_signal: object) -> None:
        """Take a request to end like the end of the owner."""
        self._alone = True


def main() -> None:
    """Guard the cluster of one record."""
    watch = Watch(Ledger(Path(sys.argv[1])), sys.argv[2])
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, watch.stop)
    with contextlib.suppress(OSError):
        os.write(sys.stdout.fileno(), b"!")
    watch.run()


if __name__ == "__main__":
    main()
