"""Remembers on disk which processes of clusters we started, so that nothing else is ever ended."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ...core.errors import ClusterError
from .proof import Proof, end, marked, proof_of
from .quiet import place_of_clusters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOCK_SECONDS = 10.0
NANNY_SECONDS = 1.0
"""In which the nanny of an engine that has ended tells the controller so, and ends."""

_PAUSE = 0.02


class Started(msgspec.Struct, frozen=True):
    """A process that we started: what it is, the proof that it is ours, and where its log is.

    ``uuid`` is what the controller calls an engine. ``job`` is its number in the queue of a batch system.
    """

    role: str
    proof: Proof
    uuid: str = ""
    log: str = ""
    job: str = ""


class Record(msgspec.Struct, frozen=True):
    """What one program started for one cluster: a whole cluster, or engines for one that was there.

    ``survived`` is when what lives of it was last told to end, and did not; 0 if it never was.
    """

    id: str
    profile_dir: str
    cluster_id: str
    launcher: str
    host: str
    owner: Proof
    created: float
    logs: str
    left_running: bool = False
    connection: str = ""
    processes: tuple[Started, ...] = ()
    survived: float = 0.0

    @property
    def controller(self) -> Started | None:
        """The controller, if we started it."""
        return next((one for one in self.processes if one.role == "controller"), None)

    @property
    def engines(self) -> list[Started]:
        """The engines that we started."""
        return [one for one in self.processes if one.role == "engine"]

    @property
    def here(self) -> bool:
        """Whether its processes are on this machine: only then can anything be said about them."""
        return self.host == platform.node()

    @property
    def abandoned(self) -> bool:
        """Whether the program that started this has gone, and did not mean to leave it running.

        What was told to end and has not is nobody's, whatever was meant before.
        """
        return self.here and not (self.left_running and not self.survived) and not self.owner.lives

    @property
    def lasting(self) -> bool:
        """Whether it lives on if it is left: nobody has told it to end, and its controller has not gone."""
        return not self.survived and (self.controller is None or self.controller.proof.lives)

    def living(self) -> list[Proof]:
        """Return the processes that still are: those we started, and what those started."""
        if not self.here:
            return []
        own = [one.proof for one in self.processes if one.proof.lives]
        return list(dict.fromkeys([*own, *marked(self.id)]))

    def end(self, seconds: float) -> list[Proof]:
        """End all its processes, and remove what the controller wrote; return what still lives."""
        if self.here and self.controller is None:
            # A controller that lives on is to hear of it from their nannies, which end by themselves.
            end(lambda: [one.proof for one in self.engines], seconds)
            gone = time.monotonic() + NANNY_SECONDS
            while time.monotonic() < gone and self.living():
                time.sleep(_PAUSE)
        left = end(self.living, seconds) if self.here else []
        if self.connection and not left:
            self._remove_files()
        return left

    def _remove_files(self) -> None:
        """Remove the files that tell how to connect, unless another controller has written them since."""
        folder, infix = Path(self.profile_dir) / "security", f"-{self.cluster_id}" if self.cluster_id else ""
        client = folder / f"ipcontroller{infix}-client.json"
        if client.exists() and fingerprint(client) != self.connection:
            return
        for path in (client, folder / f"ipcontroller{infix}-engine.json", folder / f"cluster-{self.cluster_id}.json"):
            with contextlib.suppress(OSError):
                path.unlink()


class Ledger:
    """The records of this user, one file each. Several programs may use it at once."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or place_of_clusters() / "ledger"

    def open(self, profile_dir: Path, cluster_id: str, launcher: str, logs: Path) -> Record:
        """Add a record, of this process, that names no process yet."""
        self._make_folder()
        owner = proof_of(os.getpid())
        assert owner is not None
        record = Record(
            secrets.token_hex(8), str(profile_dir), cluster_id, launcher, platform.node(), owner, time.time(), str(logs)
        )
        self._write(record)
        return record

    def read(self, record_id: str) -> Record | None:
        """Return a record as it is now; None if it is gone, or cannot be read."""
        try:
            return msgspec.json.decode(self._path(record_id).read_bytes(), type=Record)
        except (OSError, msgspec.MsgspecError):
            return None

    def records(self) -> list[Record]:
        """Return all records, the oldest first."""
        found = [self.read(path.stem) for path in self.folder.glob("*.json")]
        return sorted((record for record in found if record), key=lambda record: record.created)

    def of(self, profile_dir: Path, cluster_id: str) -> list[Record]:
        """Return what was started for a cluster, by whichever program."""
        wanted = (str(profile_dir), cluster_id)
        return [record for record in self.records() if (record.profile_dir, record.cluster_id) == wanted]

    def knows(self, profile_dir: Path, cluster_id: str) -> Callable[[str], bool]:
        """Return what says whether Treadle started an engine of a cluster here; each is looked up once."""
        known: dict[str, bool] = {}

        def has(uuid: str) -> bool:
            if uuid not in known:
                found = (record for record in self.of(profile_dir, cluster_id) if record.here)
                known[uuid] = any(uuid == one.uuid for record in found for one in record.engines)
            return known[uuid]

        return has

    def leftovers(self) -> list[Record]:
        """Return what lives although the program that started it has gone without meaning to leave it."""
        return [record for record in self.records() if record.abandoned and record.living()]

    def change(self, record_id: str, change: Callable[[Record], Record]) -> Record | None:
        """Replace a record by what ``change`` makes of it; None if it is gone."""
        if self.read(record_id) is None:
            return None
        with self._locked():
            record = self.read(record_id)
            if record is None:
                return None
            changed = change(record)
            self._write(changed)
            return changed

    def add(self, record_id: str, *started: Started) -> bool:
        """Add processes to a record; say whether there is such a record."""

        def longer(now: Record) -> Record:
            return msgspec.structs.replace(now, processes=(*now.processes, *started))

        return self.change(record_id, longer) is not None

    def drop(self, record_id: str, uuids: set[str]) -> None:
        """Forget engines that have ended."""

        def without(now: Record) -> Record:
            kept = tuple(one for one in now.processes if not (one.role == "engine" and one.uuid in uuids))
            return msgspec.structs.replace(now, processes=kept)

        self.change(record_id, without)

    def forget_dead(self, record_id: str) -> int:
        """Forget engines that have ended without being told to, and return how many they were: each is told once."""
        dead: set[str] = set()

        def without(now: Record) -> Record:
            dead.update(one.uuid for one in now.engines if not one.proof.lives)
            return msgspec.structs.replace(
                now, processes=tuple(one for one in now.processes if one.role != "engine" or one.uuid not in dead)
            )

        self.change(record_id, without)
        return len(dead)

    def end(self, record: Record, seconds: float) -> list[Proof]:
        """End what a record of this machine names, and forget it; return what still lives.

        A record of which something lives stays, so that it is found again: whatever was meant to become of it before.
        """
        left = record.end(seconds)
        if not left and record.here:
            self.remove(record.id)
        elif left and self.change(record.id, _survived) is None:
            # Somebody has removed it although not all of it has ended: nobody would find the rest.
            self._make_folder()
            self._write(_survived(record))
        return left

    def remove(self, record_id: str) -> None:
        """Forget a record."""
        if self.read(record_id) is not None:
            with self._locked():
                self._path(record_id).unlink(missing_ok=True)

    def _make_folder(self) -> None:
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.folder.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise ClusterError(f"the folder cannot be made: {error.strerror}", where=str(self.folder)) from None

    def _path(self, record_id: str) -> Path:
        return self.folder / f"{record_id}.json"

    def _write(self, record: Record) -> None:
        temporary = self.folder / f".{record.id}-{secrets.token_hex(4)}"
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
            file.write(msgspec.json.encode(record))
        temporary.replace(self._path(record.id))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other programs from changing records; ClusterError if one of them does not let go."""
        end_of_wait = time.monotonic() + LOCK_SECONDS
        with (self.folder / ".lock").open("a") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    if time.monotonic() > end_of_wait:
                        raise ClusterError("another program holds it", where=str(self.folder)) from None
                    time.sleep(0.01)
                else:
                    break
            yield


def _survived(record: Record) -> Record:
    return msgspec.structs.replace(record, left_running=False, survived=time.time())


def fingerprint(path: Path) -> str:
    """Return what tells the files of one controller from those of another; empty if it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
