"""Folders: there as long as their owner, and removed by the next one if the process was killed."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import subprocess
import sys
import tempfile

import pytest

from treadle.core.owned_folder import LOCK, OwnedFolder

PREFIX = "treadle-test-"
OWNER = """
import signal
from treadle.core.owned_folder import OwnedFolder
folder = OwnedFolder("treadle-test-")
(folder.path / "files").mkdir()
(folder.path / "files" / "value").write_text("large")
print(folder.path, flush=True)
signal.pause()
"""


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Return where temporary files go."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@pytest.fixture
def owner(temporary):
    """Return a process that has a folder, and the name of that."""
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True) as process:
        yield process, process.stdout.readline().strip()
        with contextlib.suppress(ProcessLookupError):
            process.kill()


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait(20)


def left_by(owner, temporary):
    process, name = owner
    kill(process)
    return temporary / os.path.basename(name)  # noqa: PTH119


def test_a_folder_is_for_its_owner_alone_and_goes_with_its_run(temporary):
    folder = OwnedFolder(PREFIX)
    assert folder.path.parent == temporary
    assert folder.path.stat().st_mode & 0o777 == 0o700
    (folder.path / "files").mkdir()
    (folder.path / "value").write_text("x")
    (folder.path / "link").symlink_to(temporary)
    folder.remove()
    folder.remove()
    assert list(temporary.iterdir()) == []


def test_a_folder_that_nobody_refers_to_goes(temporary):
    OwnedFolder(PREFIX)
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_killed_process_is_removed_by_the_next_one(owner, temporary):
    left = left_by(owner, temporary)
    assert (left / "files" / "value").exists()
    OwnedFolder(PREFIX).remove()
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_process_that_lives_is_left_alone(owner, temporary):
    _, name = owner
    OwnedFolder(PREFIX).remove()
    assert [str(path) for path in temporary.iterdir()] == [name]


def test_of_two_folders_of_one_process_neither_removes_the_other():
    folders = [OwnedFolder(PREFIX), OwnedFolder(PREFIX)]
    assert all(folder.path.exists() for folder in folders)


def test_a_removal_that_was_cut_short_is_completed(owner, temporary):
    left = left_by(owner, temporary)
    (left / "files" / "value").unlink()
    (left / "files").rmdir()
    assert [path.name for path in left.iterdir()] == [LOCK]
    OwnedFolder(PREFIX).remove()
    assert list(temporary.iterdir()) == []


def test_what_is_no_folder_of_ours_is_left_alone(owner, temporary):
    left = left_by(owner, temporary)
    moved = left.rename(temporary / "elsewhere")
    (temporary / f"{PREFIX}link").symlink_to(moved)
    (temporary / f"{PREFIX}without-lock").mkdir()
    (temporary / f"{PREFIX}file").write_text("x")
    (temporary / f"{PREFIX}linked-lock").mkdir()
    (temporary / f"{PREFIX}linked-lock" / LOCK).symlink_to(moved / LOCK)
    before = sorted(temporary.rglob("*"))
    OwnedFolder(PREFIX).remove()
    assert sorted(temporary.rglob("*")) == before


def test_the_folder_of_another_user_is_left_alone(owner, temporary, monkeypatch):
    left = left_by(owner, temporary)
    monkeypatch.setattr(os, "geteuid", lambda: left.stat().st_uid + 1)
    OwnedFolder(PREFIX).remove()
    assert left.exists()


FORKS = """
import os
from treadle.core.owned_folder import OwnedFolder
folder = OwnedFolder("treadle-test-")
child = os.fork()
if child:
    os.waitpid(child, 0)
    print(folder.path.exists())
folder.remove()
"""


def test_a_child_that_a_module_forked_does_not_remove_the_folder_of_its_run(temporary):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKS], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "True\n"
    assert list(temporary.iterdir()) == []


def test_where_no_folder_can_be_made_nothing_is_left(temporary, monkeypatch):
    monkeypatch.setattr("treadle.core.owned_folder.LOCK", "no/lock")
    with pytest.raises(OSError, match="no/lock"):
        OwnedFolder(PREFIX)
    assert list(temporary.iterdir()) == []
