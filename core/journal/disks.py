"""Tells file systems of the network from local disks: SQLite must lock them in different ways."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

RETRY_SECONDS = 0.01
MOUNTS = Path("/proc/self/mountinfo")
NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "auristorfs", "ceph", "glusterfs", "fuse.glusterfs", "lustre",
    "gpfs", "beegfs", "pvfs2", "orangefs", "panfs", "fhgfs", "ocfs2", "gfs2", "fuse.sshfs", "fuse.ceph", "fuse.s3fs",
    "fuse.rclone", "virtiofs", "davfs", "fuse.davfs2", "ncpfs", "coda", "acfs",
})  # fmt: skip


def journal_mode(folder: Path, mounts: Path = MOUNTS) -> str:
    """Return how SQLite shall keep its journal in ``folder``: WAL needs shared memory, which a network cannot give."""
    return "TRUNCATE" if file_system(folder, mounts) in NETWORK else "WAL"


def set_journal_mode(connection: sqlite3.Connection, mode: str, seconds: float) -> None:
    """Have SQLite keep its journal so, waiting for others for so long; sqlite3.Error if it cannot be had."""
    end = time.monotonic() + seconds
    while True:
        try:
            connection.execute(f"PRAGMA journal_mode = {mode}")
        except sqlite3.OperationalError as error:
            # For this statement alone SQLite does not wait itself. The upper bits tell only why it is busy.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return


def file_system(folder: Path, mounts: Path = MOUNTS) -> str:
    """Return the type of the file system that holds ``folder``, empty if the machine does not tell."""
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    place = os.path.realpath(folder)
    found, longest = "", -1
    for line in lines:
        mount, kind = _entry(line)
        inside = place == mount or place.startswith(mount.rstrip("/") + "/")
        # A later mount on the same folder covers an earlier one.
        if inside and len(mount) >= longest:
            found, longest = kind, len(mount)
    return found


def _entry(line: str) -> tuple[str, str]:
    """Return where a line of the kernel's table mounts what type; nothing is inside an empty place."""
    before, _, after = line.partition(" - ")
    fields, kinds = before.split(" "), after.split(" ")
    if len(fields) < 5 or not kinds[0]:
        return "\0", ""
    # The kernel writes blanks in names as octal numbers.
    mount = fields[4].replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")
    return mount, kinds[0]
