"""Files that a module returns are moved into the store, and read from there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from executing import FIELDS, Pair, Record

from treadle.core.worker import scratch

if TYPE_CHECKING:
    from collections.abc import Iterator


def written(name: str = "out.txt", text: str = "kept") -> Path:
    path = scratch() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


class TestFiles:
    @pytest.mark.parametrize("wrap", [lambda p: [p], lambda p: (p, 1), lambda p: {"k": [p]}, lambda p: p])
    def test_a_returned_file_is_moved_into_the_store_read_only(self, task, wrap) -> None:
        value = task.out(lambda: wrap(written()))
        while not isinstance(value, Path):
            value = value["k"] if isinstance(value, dict) else value[0]
        assert value.read_text() == "kept"
        assert value.is_relative_to(task.folder)
        assert not value.stat().st_mode & 0o222

    @pytest.mark.parametrize("kind", [Pair, Record, lambda left, right: {"left": left, "right": right}])
    def test_files_in_the_fields_of_a_result_are_kept(self, task, kind) -> None:
        outputs = task.result(lambda: kind(written("a"), [written("b")]), **FIELDS).outputs
        assert outputs["left"].is_relative_to(task.folder)
        assert outputs["right"][0].is_relative_to(task.folder)

    def test_files_that_a_generator_yields_are_kept(self, task) -> None:
        def many() -> Iterator[Path]:
            yield from (written(f"sub-{n}.txt") for n in range(2))

        result = task.result(many, split=frozenset({"out"}))
        assert result.items["out"] == ("sub-0", "sub-1")
        assert all(path.is_relative_to(task.folder) and path.exists() for path in result.outputs["out"])

    def test_a_returned_directory_is_kept_with_all_that_is_in_it(self, task) -> None:
        kept = task.out(lambda: written("deep/in/out.txt").parent.parent)
        assert (kept / "in/out.txt").read_text() == "kept"
        assert not (kept / "in/out.txt").stat().st_mode & 0o222

    def test_the_same_content_is_kept_once(self, task) -> None:
        assert task.out(written) == task.out(written)

    def test_a_path_outside_scratch_stays_as_it_is(self, task, tmp_path) -> None:
        (tmp_path / "mine").write_text("x")
        assert task.out(lambda: [written(), tmp_path / "mine"])[1] == tmp_path / "mine"

    def test_a_link_that_leads_out_of_scratch_gives_what_it_leads_to(self, task, tmp_path) -> None:
        (tmp_path / "mine").write_text("x")

        def link() -> Path:
            made = scratch() / "link"
            made.symlink_to(tmp_path / "mine")
            return made

        assert task.out(link).read_text() == "x"
