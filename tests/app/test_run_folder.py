"""Folders of runs: there as long as their run, and removed by the next one if the process was killed."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import subprocess
import sys

import pytest

from treadle import Pipeline, run
from treadle.app.run_folder import LOCK, PREFIX, RunFolder

OWNER = """
import signal
from treadle.app.run_folder import RunFolder
folder = RunFolder()
(folder.path / "files").mkdir()
(folder.path / "files" / "value").write_text("large")
print(folder.path, flush=True)
signal.pause()
"""


@pytest.fixture
def owner():
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
    folder = RunFolder()
    assert folder.path.parent == temporary
    assert folder.path.stat().st_mode & 0o777 == 0o700
    (folder.path / "files").mkdir()
    (folder.path / "value").write_text("x")
    (folder.path / "link").symlink_to(temporary)
    folder.remove()
    folder.remove()
    assert list(temporary.iterdir()) == []


def test_a_folder_that_nobody_refers_to_goes(temporary):
    RunFolder()
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_killed_process_is_removed_by_the_next_run(owner, temporary):
    left = left_by(owner, temporary)
    assert (left / "files" / "value").exists()
    pipeline = Pipeline("p")
    pipeline.add(one)
    run(pipeline, "serial", cache=False).close()
    assert list(temporary.iterdir()) == []


def one() -> int:
    return 1


def test_the_folder_of_a_process_that_lives_is_left_alone(owner, temporary):
    _, name = owner
    RunFolder().remove()
    assert [str(path) for path in temporary.iterdir()] == [name]


def test_of_two_folders_of_one_process_neither_removes_the_other():
    folders = [RunFolder(), RunFolder()]
    assert all(folder.path.exists() for folder in folders)


def test_a_removal_that_was_cut_short_is_completed(owner, temporary):
    left = left_by(owner, temporary)
    (left / "files" / "value").unlink()
    (left / "files").rmdir()
    assert [path.name for path in left.iterdir()] == [LOCK]
    RunFolder().remove()
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
    RunFolder().remove()
    assert sorted(temporary.rglob("*")) == before


def test_the_folder_of_another_user_is_left_alone(owner, temporary, monkeypatch):
    left = left_by(owner, temporary)
    monkeypatch.setattr(os, "geteuid", lambda: left.stat().st_uid + 1)
    RunFolder().remove()
    assert left.exists()


FORKS = """
import os
from treadle.app.run_folder import RunFolder
folder = RunFolder()
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
    monkeypatch.setattr("treadle.app.run_folder.LOCK", "no/lock")
    with pytest.raises(OSError, match="no/lock"):
        RunFolder()
    assert list(temporary.iterdir()) == []
