"""A file that went into a key has changed if its content did, however it came about and whatever its times say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from treadle.core.cache.evidence import Evidence
from treadle.core.worker.digest import FileDigests

if TYPE_CHECKING:
    from pathlib import Path

OLD = 1_000_000_000


@pytest.fixture
def evidence() -> Evidence:
    return Evidence()


@pytest.fixture(params=["young", "old"])
def file(tmp_path, request) -> Path:
    made = tmp_path / "folder" / "data"
    made.parent.mkdir()
    made.write_text("first")
    if request.param == "old":
        os.utime(made, (OLD, OLD))
    return made


def taken(evidence: Evidence, path: Path) -> bytes:
    digest = FileDigests(None).digest
    return evidence.take(path, digest, digest)


def test_a_file_that_stays_as_it_is_has_not_changed(evidence, file):
    for path in (file, file.parent, file.parent / "never there"):
        taken(evidence, path)
        assert evidence.changed([path]) is None


def test_a_file_of_which_the_content_changes_has_changed(evidence, file):
    for path in (file, file.parent):
        taken(evidence, path)
    file.write_text("other")
    assert evidence.changed([file]) == file
    assert evidence.changed([file.parent]) == file.parent


def test_what_comes_or_goes_has_changed(evidence, file):
    missing = file.with_name("missing")
    for path in (file, missing):
        taken(evidence, path)
    file.rename(missing)
    assert evidence.changed([file]) == file
    assert evidence.changed([missing]) == missing


def test_a_file_that_is_written_again_with_the_same_content_has_not_changed(evidence, file):
    taken(evidence, file)
    file.write_text("first")
    assert evidence.changed([file]) is None


def test_the_times_of_a_young_file_are_not_trusted(evidence, file):
    taken(evidence, file)
    status = file.stat()
    file.write_text("other")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert evidence.changed([file]) == file


def test_during_a_run_a_file_counts_as_it_was_at_first(evidence, file):
    first = taken(evidence, file)
    file.write_text("other")
    assert taken(evidence, file) == first


def test_each_file_is_looked_at_once_until_it_is_to_be_looked_at_again(evidence, file):
    taken(evidence, file)
    assert evidence.changed([file]) is None
    file.write_text("other")
    assert evidence.changed([file]) is None
    evidence.look_again()
    assert evidence.changed([file]) == file


def test_what_is_seen_apart_is_gathered_in_a_set_of_its_own(evidence, file):
    outer = evidence.begin()
    with evidence.apart() as inner:
        taken(evidence, file)
    assert (outer, inner) == (set(), {file})
    evidence.see(inner)
    assert outer == {file}
