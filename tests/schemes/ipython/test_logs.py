from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from treadle.core.errors import ClusterError
from treadle.schemes.ipython.logs import (
    last_lines,
    log_files,
    logs_folder,
    new_folder,
    newest_folder,
    note_numbers,
    sweep,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_each_start_has_a_folder_of_its_own_and_the_newest_is_found(tmp_path: Path) -> None:
    first = new_folder(tmp_path / "profile_lab", "x")
    second = new_folder(tmp_path / "profile_lab", "x")
    new_folder(tmp_path / "profile_lab", "")
    assert first != second
    assert newest_folder(tmp_path / "profile_lab", "x") == second
    assert newest_folder(tmp_path / "profile_lab", "y") is None
    assert first.stat().st_mode & 0o777 == 0o700


def test_the_logs_are_known_by_the_numbers_of_the_engines(tmp_path: Path) -> None:
    folder = new_folder(tmp_path / "profile_lab", "", tmp_path / "mine")
    assert folder == tmp_path / "mine"
    assert newest_folder(tmp_path / "profile_lab", "").resolve() == folder
    for name in ("controller", "engine-aa", "engine-bb", "engine-cc"):
        (folder / f"{name}.log").write_text("x\n")
    note_numbers(folder, {"bb": 0})
    note_numbers(folder, {"aa": 10})
    assert [(log.role, log.uuid, log.engine) for log in log_files(folder)] == [
        ("controller", "", None),
        ("engine", "bb", 0),
        ("engine", "aa", 10),
        ("engine", "cc", None),
    ]


def test_old_folders_are_swept_unless_they_are_in_use(tmp_path: Path) -> None:
    old, used, new = (new_folder(tmp_path / "profile_lab", name) for name in "abc")
    long_ago = time.time() - 15 * 86400
    for folder in (old, used):
        os.utime(folder / "cluster.json", (long_ago, long_ago))
    assert sweep({str(used)}) == [old]
    assert sorted(logs_folder().iterdir()) == sorted([used, new])


def test_a_folder_of_the_users_own_is_never_swept(tmp_path: Path) -> None:
    mine = new_folder(tmp_path / "profile_lab", "", tmp_path / "mine")
    long_ago = time.time() - 15 * 86400
    os.utime(mine / "cluster.json", (long_ago, long_ago))
    (link,) = logs_folder().iterdir()
    assert sweep(set()) == [link]
    assert (mine / "cluster.json").exists()


def test_the_last_lines_of_a_log_are_read_from_its_end(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    path.write_bytes(b"x" * 1_000_000 + b"\nlast but one\n\n  \nlast \xff\n")
    assert last_lines(path, 2) == ["last but one", "last \ufffd"]
    assert last_lines(path, 1, path.stat().st_size - 7) == ["last but one"]
    assert last_lines(tmp_path / "none.log", 2) == []


def test_looks_at_a_busy_engine_do_not_hide_what_its_log_says(tmp_path: Path) -> None:
    path, nanny = tmp_path / "engine.log", "2026-11-21 22:38:26.555 [KernelNanny.0] Sending signal"
    told = ["it began", f"{nanny} 2 to pid 1956"]
    path.write_text("\n".join((told[0], *[f"{nanny} 0 to pid 1956"] * 20, told[1], f"{nanny} 0 to pid 1956", "")))
    assert last_lines(path, 5) == told


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ClusterError, match="folder of the logs cannot be made"):
        new_folder(tmp_path, "", tmp_path / "file" / "logs")
