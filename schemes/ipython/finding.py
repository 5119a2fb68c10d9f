"""Finds the clusters that run: ours by the ledger, other ones by what their controllers wrote."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ...core.errors import ClusterError
from .addresses import Address, NoRouteError, connection_file, reach, read_connection
from .ledger import Ledger
from .profiles import profiles
from .quiet import clusters_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .ledger import Record

_CLIENT_FILE = re.compile(r"ipcontroller(?:-(.+))?-client\.json")


class Found(NamedTuple):
    """A cluster that somebody started: where it is, whether it answers, and what Treadle started of it."""

    address: Address
    answers: bool
    why_not: str
    location: str
    records: tuple[Record, ...]

    @property
    def ours(self) -> bool:
        """Whether Treadle started its controller."""
        return any(record.controller for record in self.records)

    @property
    def private(self) -> bool:
        """Whether it belongs to a program that will end it: no other program should begin to use it."""
        return any(record.controller and record.here and not record.left_running for record in self.records)


def addresses(folders: Iterable[Path]) -> list[Address]:
    """Return the clusters whose controllers left a word in these profiles, the unnamed one of each first."""
    files = [path for folder in folders for path in (folder / "security").glob("ipcontroller*-client.json")]
    named = [(path.parents[1], _CLIENT_FILE.fullmatch(path.name)) for path in files]
    return sorted(Address(folder, match.group(1) or "") for folder, match in named if match)


def clusters(folders: Iterable[Path] | None = None, ledger: Ledger | None = None) -> list[Found]:
    """Return the clusters of these profiles, by default of all that are known; also those that do not answer."""
    records = (ledger or Ledger()).records()
    if folders is None:
        known = {profile.folder for profile in profiles()}
        folders = sorted(known | {Path(record.profile_dir) for record in records})
    places = list(folders)
    named = {Address(Path(one.profile_dir), one.cluster_id) for one in records if Path(one.profile_dir) in places}
    return [look(address, records) for address in sorted({*addresses(places), *named})]


def look(address: Address, records: Iterable[Record]) -> Found:
    """Return what can be said of a cluster without asking it."""
    own = tuple(one for one in records if (one.profile_dir, one.cluster_id) == (str(address.profile_dir), address[1]))
    try:
        facts = read_connection(connection_file(address), str(address))
        location = str(facts.get("location") or "")
    except ClusterError as error:
        return Found(address, answers=False, why_not=error.message, location="", records=own)
    try:
        reach(facts, address)
    except ClusterError as error:
        return Found(address, answers=False, why_not=error.message, location=location, records=own)
    return Found(address, answers=True, why_not="", location=location, records=own)


def running(profile_dir: Path) -> Address | None:
    """Return the cluster of a profile that may be used by whoever comes: the unnamed one, else the only other one."""
    free = [one.address for one in clusters([profile_dir]) if one.answers and not one.private]
    unnamed = [address for address in free if not address.cluster_id]
    if unnamed:
        return unnamed[0]
    return free[0] if len(free) == 1 else None


@contextlib.contextmanager
def claimed(address: Address) -> Iterator[None]:
    """Keep other programs from starting the same cluster meanwhile; ClusterError if it runs, or is being started.

    What a controller that has gone left behind is removed: engines would try to reach it.
    """
    where = f"cluster {address}"
    name = hashlib.sha256(str(address).encode() + bytes(address.profile_dir)).hexdigest()[:16]
    path = clusters_folder() / f"starting-{name}.lock"
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Who held it before may have removed it since it was opened here.
            ours = path.stat().st_ino == os.fstat(lock.fileno()).st_ino
        except OSError:
            ours = False
        if not ours:
            raise ClusterError("another program is just starting it", where=where, remedy="Use it once it is there")
        try:
            _refuse_running(address)
            yield
        finally:
            path.unlink(missing_ok=True)


def _refuse_running(address: Address) -> None:
    where = f"cluster {address}"
    path = connection_file(address)
    try:
        facts = read_connection(path, str(address))
    except ClusterError:
        facts = {}
    if facts:
        try:
            reach(facts, address)
        except NoRouteError:
            raise ClusterError(
                f"a cluster of this name runs, or ran, on {facts.get('location')}",
                where=where,
                remedy=f"Use another --cluster-id, or remove {path} if that cluster is gone",
            ) from None
        except ClusterError:
            pass
        else:
            raise ClusterError(
                "it runs already",
                where=where,
                remedy=f"Use it, stop it with `treadle cluster stop {address}`, or give another one a name with "
                "--cluster-id",
            )
    for kind in ("client", "engine"):
        connection_file(address, kind).unlink(missing_ok=True)
