"""Digests of values and files: the same in every process, another for another content."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from treadle.core.worker import digest
from treadle.core.worker.digest import ABSENT, Canonical, FileDigests, UndigestedError, content_digest

VALUES = [
    None, True, False, 0, 1, 1.0, 1j, -1, "1", b"1", [], (), {}, set(), frozenset(), [1], (1,), {1}, [[1], []],
    [[], [1]], [1, 2], [12], ["a", "b"], ["ab", ""], {"a": 1}, {"a": 1.0}, 0.0, -0.0, np.arange(3), np.arange(3.0),
    np.arange(4).reshape(2, 2), np.arange(4), Path("a"), "a", range(3),
]  # fmt: skip


@pytest.fixture
def digests(tmp_path):
    made = FileDigests(tmp_path / "memo.sqlite")
    yield made
    made.close()


def old(path: Path, text: str) -> Path:
    """Write a file that nobody has changed for a minute."""
    path.write_text(text)
    os.utime(path, (time.time() - 60, time.time() - 60))
    return path


def test_values_that_differ_have_different_digests(digests):
    found = [Canonical(digests).digest(value) for value in VALUES]
    assert len(set(found)) == len(VALUES)


def test_equal_values_have_equal_digests_in_another_process(digests):
    value = "{'a': [1, 2.5, None, (True, b'x')], 'b': {'x', 'y', 'zz', ('t', 1)}}"
    code = (
        "from treadle.core.worker.digest import Canonical, FileDigests\n"
        f"print(Canonical(FileDigests(None)).digest({value}).hex())"
    )
    for seed in "12":
        shown = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )  # fmt: skip
        assert shown.stdout.strip() == Canonical(digests).digest(eval(value)).hex()


def test_a_value_that_holds_itself_has_a_digest(digests):
    value: list = [1]
    value.append(value)
    assert Canonical(digests).digest(value) != Canonical(digests).digest([1, [1]])


def test_a_value_that_shares_a_list_a_billion_times_takes_no_time(digests):
    value: list = []
    for _ in range(60):
        value = [value, value]
    assert Canonical(digests).digest(value)


@pytest.mark.parametrize("depth", [10_000, 200_000])
def test_a_value_that_is_nested_too_deeply_has_no_digest(digests, depth):
    value: list = []
    for _ in range(depth):
        value = [value]
    with pytest.raises(UndigestedError, match="deeply"):
        Canonical(digests).digest(value)


def test_an_object_that_cannot_be_pickled_has_no_digest(digests):
    with pytest.raises(UndigestedError, match="generator"):
        Canonical(digests).digest(letter for letter in "a")


def test_a_path_counts_with_the_content_of_its_file(tmp_path, digests):
    file = tmp_path / "a.txt"
    canonical = Canonical(digests)
    found = [canonical.digest({"files": [file]})]
    for text in ("one", "two"):
        file.write_text(text)
        found.append(canonical.digest({"files": [file]}))
    assert len(set(found)) == 3
    file.write_text("one")
    assert canonical.digest({"files": [file]}) == found[1]


def test_a_file_is_read_again_only_when_it_changed(tmp_path, digests, monkeypatch):
    file = old(tmp_path / "a", "one")
    read: list[Path] = []

    def reading(path: Path) -> bytes:
        read.append(path)
        return content_digest(path)

    monkeypatch.setattr("treadle.core.worker.digest.content_digest", reading)
    first = digests.digest(file)
    assert digests.digest(file) == first
    assert FileDigests(tmp_path / "memo.sqlite").digest(file) == first
    assert len(read) == 1
    times = file.stat()
    old(file, "two")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert digests.digest(file) != first, "another content of the same size and time"


def test_a_file_that_changed_just_now_is_not_remembered(tmp_path, digests):
    file = tmp_path / "a"
    found = set()
    for text in "abcdefgh":
        file.write_text(text)
        found.add(digests.digest(file))
    assert len(found) == 8


def remembered(memo):
    with closing(sqlite3.connect(memo)) as database:
        return {Path(path).name for (path,) in database.execute("SELECT path FROM files")}


def test_of_too_many_files_those_are_forgotten_that_were_remembered_longest_ago(tmp_path, digests, monkeypatch):
    memo = tmp_path / "memo.sqlite"
    files = [old(tmp_path / f"file-{number}", str(number)) for number in range(60)]
    for file in files:
        digests.digest(file)
    assert len(remembered(memo)) == 60
    monkeypatch.setattr(digest, "MOST_FILES", 20)
    monkeypatch.setattr(digest, "OFTEN", 5)
    later = FileDigests(memo)
    for file in [*files[:10], old(tmp_path / "new-0", "new")]:
        later.digest(file)
    assert remembered(memo) == {f"file-{number}" for number in range(41, 60)} | {"new-0"}
    for number in range(1, 40):
        later.digest(old(tmp_path / f"new-{number}", "new"))
    later.close()
    assert len(remembered(memo)) <= 25
    assert "new-39" in remembered(memo)


def test_a_file_that_is_not_there_has_a_digest_of_its_own(tmp_path, digests):
    assert digests.digest(tmp_path / "nothing") == ABSENT


def test_a_file_that_vanishes_while_it_is_read_has_no_digest_and_a_reason(tmp_path, digests, monkeypatch):
    file = tmp_path / "data"
    file.write_text("gone soon")

    def read_and_removed(path: Path) -> bytes:
        found = content_digest(path)
        path.unlink()
        return found

    monkeypatch.setattr("treadle.core.worker.digest.content_digest", read_and_removed)
    with pytest.raises(UndigestedError, match="data cannot be read: No such file"):
        digests.digest(file)


def test_a_pipe_has_no_digest_and_is_not_waited_for(tmp_path, digests):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UndigestedError, match="neither"):
        digests.digest(tmp_path / "pipe")


def test_a_directory_counts_with_all_names_and_contents(tmp_path, digests):
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    (folder / "loop").symlink_to(folder)
    found = {digests.digest(folder)}
    (folder / "inner" / "a").write_text("x")
    found.add(digests.digest(folder))
    (folder / "inner" / "a").rename(folder / "inner" / "b")
    found.add(digests.digest(folder))
    (folder / "inner" / "b").write_text("y")
    found.add(digests.digest(folder))
    assert len(found) == 4
    assert digests.digest(folder) == content_digest(folder)


@pytest.mark.parametrize("damage", [b"", b"rubbish" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_memo_costs_only_time(tmp_path, damage):
    file = old(tmp_path / "a", "one")
    memo = tmp_path / "memo.sqlite"
    for _ in range(2):
        memo.write_bytes(damage)
        digests = FileDigests(memo)
        assert digests.digest(file) == content_digest(file)
        digests.close()


def test_a_memo_where_nothing_can_be_written_costs_only_time(tmp_path):
    (tmp_path / "memo").mkdir()
    file = old(tmp_path / "a", "one")
    assert FileDigests(tmp_path / "memo").digest(file) == content_digest(file)
    assert FileDigests(file / "memo").digest(file) == content_digest(file)
    assert FileDigests(None).digest(file) == content_digest(file)
