"""`treadle cache`: lists, verifies, cleans and clears what is kept."""

from __future__ import annotations

import os

import numpy as np
import pytest
from caching import Caches

from treadle.core.cache.signing import user_signer
from treadle.core.cache.store import Cache, default_folder


@pytest.fixture
def kept(tmp_path, home):
    """Keep three results in the user's cache, and return its folder."""
    made = Caches(tmp_path)
    cache = Cache(default_folder(), user_signer())
    for number, value in enumerate((1, "two", np.arange(100_000))):
        cache.keep(b"%d" % number, made.keeping(value, title=f"smooth (subject {number})", seconds=2.5))
    assert cache.close(20)
    return default_folder()


def test_results_are_listed_with_size_and_time(treadle, kept):
    done = treadle("cache", "ls")
    assert done.code == 0
    assert "smooth (subject 2)" in done.out
    assert "800 kB" in done.out
    assert done.out.splitlines()[-1].startswith("3 results, 800 kB of ")


def test_the_list_as_json(treadle, kept):
    found = treadle("cache", "ls", "--json").json
    assert {entry["task"] for entry in found["entries"]} == {f"smooth (subject {number})" for number in range(3)}
    assert found["cache"] == str(kept)


def test_without_a_command_it_lists(treadle, kept):
    assert treadle("cache").out.splitlines()[-1] == treadle("cache", "ls").out.splitlines()[-1]


def test_an_empty_cache_is_no_error(treadle):
    for ask in ("ls", "gc", "verify", "clear"):
        done = treadle("cache", ask)
        assert done.code == 0
        assert "Nothing is kept" in done.out


def test_a_file_is_no_cache(treadle, tmp_path):
    (tmp_path / "file").touch()
    done = treadle("cache", "ls", "--cache", str(tmp_path / "file"))
    assert (done.code, done.err) == (2, f"treadle: {tmp_path / 'file'}: it is a file, not a folder\n")


def test_a_sound_cache_verifies(treadle, kept):
    done = treadle("cache", "verify")
    assert (done.code, done.out) == (0, "3 results verified, 800 kB.\n")


def test_a_damaged_result_is_named_and_set_aside(treadle, kept):
    (value,) = [path for path in (kept / "values").rglob("*") if path.is_file()]
    data = value.read_bytes()
    value.write_bytes(data[:-1] + b"x")
    done = treadle("cache", "verify")
    assert done.code == 1
    assert "smooth (subject 2)" in done.out
    assert "not as it was written" in done.out
    assert treadle("cache", "verify", "--json").json["sound"] == 2


def test_collecting_keeps_to_the_budget_that_is_given(treadle, kept):
    found = treadle("cache", "gc", "--budget-gb", "0.0001", "--json").json
    assert found["evicted_bytes"] >= 800_000
    assert len(treadle("cache", "ls", "--json").json["entries"]) < 3
    assert treadle("cache", "gc").out.startswith("Evicted 0 bytes")


def test_clearing_removes_all(treadle, kept):
    assert treadle("cache", "clear").out.startswith("Removed 3 results")
    assert treadle("cache", "ls", "--json").json["entries"] == []
    assert not [path for path in kept.rglob("*") if path.is_file() and path.parent.parent.name == "values"]


def test_another_folder_can_be_named(treadle, kept, tmp_path):
    assert "Nothing" in treadle("cache", "ls", "--cache", str(tmp_path / "none")).out
    assert "3 results" in treadle("cache", "ls", "--cache", str(kept)).out


def test_an_unknown_command_is_refused_with_a_suggestion(treadle):
    done = treadle("cache", "cler")
    assert done.code == 2
    assert "clear" in done.err


@pytest.mark.skipif(os.getuid() == 0, reason="root may read all")
def test_a_cache_that_cannot_be_read_is_named(treadle, kept):
    kept.chmod(0)
    done = treadle("cache", "ls")
    assert done.code == 2
    assert str(kept) in done.err
    kept.chmod(0o700)
