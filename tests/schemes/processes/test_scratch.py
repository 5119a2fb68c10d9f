"""The private directory of a task is its working directory."""

from __future__ import annotations

from pathlib import Path


def test_the_working_directory_is_the_scratch_directory(rig):
    here, private = rig.run("where_am_i")

    assert here == private


def test_a_relative_path_that_a_module_returns_is_kept_and_all_else_removed(make_rig, tmp_path):
    rig = make_rig(workers=1)

    kept = [rig.run("write_here", file="result.txt", text=f"text {n}") for n in range(5)]

    assert [path.read_text() for path in kept] == [f"text {n}" for n in range(5)]
    assert all(path.is_relative_to(tmp_path / "files") for path in kept)
    assert list(Path(rig.run("where_am_i")[0]).iterdir()) == []
    assert rig.run("leave_a_file") == []


def test_files_are_found_also_when_they_come_one_at_once_after_the_other(make_rig):
    rig = make_rig(workers=1)

    assert [rig.run("leave_a_file") for _ in range(50)] == [[]] * 50
