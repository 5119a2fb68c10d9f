"""Which file systems are told apart as those of the network."""

from __future__ import annotations

import pytest

from treadle.core.journal.disks import file_system, journal_mode

TABLE = """\
22 27 0:21 / /proc rw - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 27 0:30 / /home rw - nfs4 server:/home rw
31 30 0:31 / /home/me/with\\040blank rw - fuse.sshfs me@there: rw
32 27 0:32 / /homely rw - tmpfs none rw
33 27 0:33 / /twice rw - nfs a rw
34 27 0:34 / /twice rw - xfs b rw
nonsense
"""


@pytest.fixture
def mounts(tmp_path):
    (tmp_path / "mountinfo").write_text(TABLE)
    return tmp_path / "mountinfo"


@pytest.mark.parametrize(
    ("folder", "kind", "mode"),
    [
        ("/home/me/runs", "nfs4", "TRUNCATE"),
        ("/home/me/with blank/runs", "fuse.sshfs", "TRUNCATE"),
        ("/homely/runs", "tmpfs", "WAL"),
        ("/twice/runs", "xfs", "WAL"),
        ("/var/runs", "ext4", "WAL"),
    ],
)
def test_the_innermost_mount_decides(mounts, folder, kind, mode):
    from pathlib import Path

    assert file_system(Path(folder), mounts) == kind
    assert journal_mode(Path(folder), mounts) == mode


def test_a_machine_that_does_not_tell_is_taken_as_local(tmp_path):
    assert journal_mode(tmp_path, tmp_path / "none") == "WAL"


def test_a_journal_on_a_network_is_written_and_read_without_shared_memory(tmp_path, monkeypatch):
    from journals import InventedRun, eventually

    from treadle.core.journal import tables

    monkeypatch.setattr(tables, "journal_mode", lambda _folder: "TRUNCATE")
    with InventedRun(tmp_path) as run, run.reader() as reader:
        run.simple("fit")
        eventually(lambda: reader.summary().counts.get("succeeded"))
        assert not list(tmp_path.glob("*-shm"))
        run.end()
        assert reader.summary().state == "succeeded"
