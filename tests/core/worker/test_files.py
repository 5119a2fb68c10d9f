"""The store of files that modules return: by content, read-only, shared by several processes."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from treadle.core.worker import scratch
from treadle.core.worker.call import Call, Form, Target
from treadle.core.worker.context import TaskContext
from treadle.core.worker.execute import Result, execute
from treadle.core.worker.failures import CallError
from treadle.core.worker.files import DIGITS, FileStore, digest_of, is_as_kept, paths_in


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "store" / "files")


def written(folder: Path, text: str = "content") -> Path:
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text(text)
    return folder


def test_many_writers_of_one_directory_leave_one_whole_directory(store, tmp_path):
    count = 16
    barrier = threading.Barrier(count, timeout=30)
    found: list[Path] = []

    def keep(number: int) -> None:
        made = written(tmp_path / str(number) / "out")
        barrier.wait()
        found.append(store.keep(made))

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(set(found)) == 1
    assert (found[0] / "a.txt").read_text() == "content"
    assert list(store.folder.iterdir()) == [found[0].parent], "no copy is left over"
    assert list(found[0].parent.iterdir()) == found[:1]


def test_a_file_that_is_used_again_looks_young(store, tmp_path):
    kept = store.keep(written(tmp_path / "1" / "out"))
    os.utime(kept.parent, (0, 0))
    assert store.keep(written(tmp_path / "2" / "out")) == kept
    assert time.time() - kept.parent.stat().st_mtime < 60


@pytest.mark.parametrize("name", ["out", "out/a.txt"])
def test_a_file_that_a_module_wrote_to_does_not_stand_for_its_first_content(store, tmp_path, name):
    made = written(tmp_path / "1" / "out").parent
    kept = store.keep(made / name)
    changed = kept / "a.txt" if kept.is_dir() else kept
    changed.chmod(0o600)
    changed.write_text("CHANGED")
    assert not is_as_kept(kept)
    again = written(tmp_path / "2" / "out").parent
    assert store.keep(again / name) == kept
    assert changed.read_text() == "content"
    assert is_as_kept(kept)
    assert list(store.folder.iterdir()) == [kept.parent], "no copy is left over"


def test_files_are_named_by_their_place_in_the_store_or_their_own(store, tmp_path):
    kept = store.keep(written(tmp_path / "1" / "out"))
    values = [{"x": [kept, (kept / "a.txt",)]}, Path("/elsewhere"), 3, "text"]
    assert set(store.named_in(values)) == {f"{kept.parent.name}/out", "/elsewhere"}


def test_paths_are_found_in_lists_that_hold_themselves():
    value: list = [Path("a"), 1]
    value.append(value)
    assert paths_in({"x": value, "y": [value, 2]}) == [Path("a")]


def executed(store: FileStore, function, **form) -> Result:
    result = execute(Call("t", Form(Target(live=function), **form), {}), lambda _value: None, TaskContext(), store)
    assert isinstance(result, Result), result
    return result


def make_file() -> Path:
    path = scratch() / "made.txt"
    path.write_text("x")
    return path


def test_a_result_names_the_files_it_refers_to(store):
    result = executed(store, make_file)
    (name,) = result.files
    assert store.folder / name == result.outputs["out"]


def test_digests_come_only_when_asked_for(store):
    assert executed(store, lambda: 1).digests == {}
    assert set(executed(store, lambda: 1, digest=True).digests) == {("out", -1)}


def test_each_item_of_a_mapped_output_has_its_digest(store):
    digests = executed(store, lambda: [1, 2, 1], split=frozenset({"out"}), digest=True).digests
    assert digests["out", 0] == digests["out", 2] != digests["out", 1]


def test_a_value_without_a_digest_is_left_out(store):
    assert executed(store, lambda: threading.Lock(), digest=True).digests == {}


def test_arguments_of_a_call_do_not_change_by_default():
    assert Form(Target()).digest is False


@pytest.fixture
def made(tmp_path):
    """A file as a module has made it."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (scratch / "a.txt").write_text("content")
    return scratch / "a.txt"


@pytest.fixture(params=["the folder", "the place in it"])
def spoilt(request, tmp_path, made):
    """The folder of a store that cannot take the file: where it belongs there is something else."""
    folder = tmp_path / "spoilt"
    if request.param == "the folder":
        folder.write_text("no folder")
    else:
        folder.mkdir()
        (folder / digest_of(made)[:DIGITS]).write_text("no folder")
    return folder


def test_a_file_that_a_store_cannot_take_stays_where_it_is_and_the_error_names_both(spoilt, made):
    with pytest.raises(CallError, match=rf"a\.txt cannot be kept in {spoilt}: "):
        FileStore(spoilt).keep(made)
    assert made.read_text() == "content"


def test_a_file_that_a_store_cannot_take_is_kept_in_the_spare_one_under_its_whole_name(spoilt, made, tmp_path):
    store = FileStore(spoilt, tmp_path / "spare")
    kept = store.keep(made)
    assert kept == tmp_path / "spare" / digest_of(kept)[:DIGITS] / "a.txt"
    assert kept.read_text() == "content"
    assert store.named_in([kept]) == (str(kept),)
    assert not made.exists()
