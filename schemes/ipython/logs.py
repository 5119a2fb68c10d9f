"""The logs of clusters: one folder for each, with a file for each process, kept after a crash."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from ...core.errors import ClusterError
from .ledger import Ledger
from .quiet import clusters_folder, place_of_clusters

if TYPE_CHECKING:
    from collections.abc import Collection

    from .addresses import Address

KEPT_DAYS = 14
_TAIL = 1 << 16
_OUR_LOOK = re.compile(r".*\[KernelNanny\.\d+\] Sending signal 0 to pid \d+")
"""What the library writes each time that a busy engine is asked whether it lives: every other second."""
_ABOUT = "cluster.json"
_NUMBERS = "engines.json"


class About(msgspec.Struct, frozen=True):
    """Whose logs a folder holds."""

    profile_dir: str
    cluster_id: str
    created: float


class LogFile(NamedTuple):
    """The log of one process; ``engine`` is the number that the controller gave to it, once it had one."""

    path: Path
    role: str
    uuid: str
    engine: int | None

    @property
    def title(self) -> str:
        """Which process it is of, in words."""
        if self.role == "engine":
            return "engine that never was ready" if self.engine is None else f"engine {self.engine}"
        return self.role


def logs_folder() -> Path:
    """Return the folder of the logs of all clusters of this user."""
    return place_of_clusters() / "logs"


def new_folder(profile_dir: Path, cluster_id: str, wanted: Path | None = None) -> Path:
    """Make the folder for the logs of a cluster that is started now: the one that is wanted, or one of our own.

    ClusterError if it cannot be made.
    """
    clusters_folder()
    try:
        return _new_folder(profile_dir, cluster_id, wanted)
    except OSError as error:
        raise ClusterError(
            f"the folder of the logs cannot be made: {error.strerror}",
            where=str(wanted or logs_folder()),
            remedy="Make room there, and see that you may write there, or name another folder (logdir)",
        ) from None


def _new_folder(profile_dir: Path, cluster_id: str, wanted: Path | None) -> Path:
    about = About(str(profile_dir), cluster_id, time.time())
    name = "-".join(filter(None, (profile_dir.name.removeprefix("profile_"), cluster_id)))
    stamp = time.strftime("%Y%m%d-%H%M%S")
    own = next(path for path in _names(logs_folder(), f"{stamp}-{name}") if not os.path.lexists(path))
    folder = own if wanted is None else wanted.expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / _ABOUT).write_bytes(msgspec.json.encode(about))
    if folder.parent != logs_folder():
        # So that the logs are found by the name of the cluster, also when it is gone.
        logs_folder().mkdir(exist_ok=True, mode=0o700)
        own.symlink_to(folder)
    return folder


def _names(parent: Path, stem: str) -> list[Path]:
    return [parent / stem, *(parent / f"{stem}-{number}" for number in range(2, 1000))]


def sweep(in_use: Collection[str], days: float = KEPT_DAYS) -> list[Path]:
    """Remove the folders of our own that are older than so many days, unless they are in use; return them."""
    removed = []
    for folder in logs_folder().glob("*"):
        with contextlib.suppress(OSError):
            if str(folder.resolve()) in in_use or time.time() - _newest(folder) <= days * 86400:
                continue
            if folder.is_symlink():
                folder.unlink()
            else:
                shutil.rmtree(folder)
            removed.append(folder)
    return removed


def _newest(folder: Path) -> float:
    """Return when something was last written into a folder; long ago if it is gone."""
    if not folder.exists():
        return 0.0
    return max((path.stat().st_mtime for path in folder.iterdir()), default=folder.stat().st_mtime)


def newest_folder(profile_dir: Path, cluster_id: str) -> Path | None:
    """Return where the logs of the last cluster of this name are; None if there are none in our own folder."""
    found: list[tuple[float, Path]] = []
    for path in logs_folder().glob(f"*/{_ABOUT}"):
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            about = msgspec.json.decode(path.read_bytes(), type=About)
            if (about.profile_dir, about.cluster_id) == (str(profile_dir), cluster_id):
                found.append((about.created, path.parent))
    return max(found)[1] if found else None


def folders_of(address: Address) -> list[Path]:
    """Return where the logs of a cluster are: those of what runs, else those of the last one of its name.

    ClusterError if there are none.
    """
    known = list(dict.fromkeys(Path(record.logs) for record in Ledger().of(*address)))
    if known:
        return known
    newest = newest_folder(*address)
    if newest is None:
        raise ClusterError("Treadle keeps no logs of it", where=f"cluster {address}")
    return [newest]


def log_files(folder: Path) -> list[LogFile]:
    """Return the logs in a folder: the controller first, then the engines by their number."""
    numbers = noted_numbers(folder)
    found = [_described(path, numbers) for path in folder.glob("*.log")]
    return sorted(found, key=lambda one: (one.role != "controller", one.engine is None, one.engine or 0, one.path.name))


def _described(path: Path, numbers: dict[str, int]) -> LogFile:
    role, _, uuid = path.stem.partition("-")
    return LogFile(path, role, uuid, numbers.get(uuid))


def note_numbers(folder: Path, numbers: dict[str, int]) -> None:
    """Note beside the logs which numbers the controller gave to engines."""
    temporary = folder / f".{_NUMBERS}-{secrets.token_hex(4)}"
    temporary.write_bytes(msgspec.json.encode({**noted_numbers(folder), **numbers}))
    temporary.replace(folder / _NUMBERS)


def noted_numbers(folder: Path) -> dict[str, int]:
    """Return the numbers of the engines whose logs are in a folder, by name; of those that were ready once."""
    try:
        return msgspec.json.decode((folder / _NUMBERS).read_bytes(), type=dict[str, int])
    except (OSError, msgspec.MsgspecError):
        return {}


def last_lines(path: Path, count: int, size: int | None = None) -> list[str]:
    """Return the last lines of a log, or of its first ``size`` bytes, that say something; empty if there are none."""
    try:
        with path.open("rb") as file:
            end = file.seek(0, 2) if size is None else size
            file.seek(max(0, end - _TAIL))
            text = file.read(end - file.tell()).decode(errors="replace")
    except OSError:
        return []
    lines = (line for line in text.splitlines() if line.strip() and not _OUR_LOOK.fullmatch(line))
    return list(lines)[-count:] if count else []
