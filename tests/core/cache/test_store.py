"""The cache finds what was kept, exactly as it was, and never stands in the way of a run."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from caching import SECONDS, SIGNER, value

from treadle.core.cache.entries import NotInCacheError
from treadle.core.cache.eviction import listed
from treadle.core.cache.index import NAME, SET_ASIDE, Index
from treadle.core.cache.notes import Parts
from treadle.core.cache.store import Cache
from treadle.core.worker.files import FileStore

KEY = b"k" * 32
LARGE = np.arange(100_000)

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root")


def test_what_was_kept_is_found_by_another_process_exactly_as_it_was(caches):
    caches.kept(
        KEY, 1, LARGE, "x",
        items={"out": ("a", "b", "c")}, flags={"more": True}, absent={"other": "not taken"},
        previews={"out": {"type": "list", "range": [0.0, float("inf")]}}, digests={("out", 0): b"d"},
        seconds=12.5, title="smooth (subject 7)",
    )  # fmt: skip
    cache = caches.open()
    entry = cache.look_up([KEY])[KEY]
    assert (entry.items, entry.flags) == ({"out": ("a", "b", "c")}, {"more": True})
    assert (entry.absent, entry.digests) == ({"other": "not taken"}, {("out", 0): b"d"})
    assert entry.previews == {"out": {"type": "list", "range": [0.0, float("inf")]}}
    assert (entry.seconds, entry.title) == (12.5, "smooth (subject 7)")
    assert value(cache, entry, 0) == 1
    assert np.array_equal(value(cache, entry, 1), LARGE)
    assert not caches.told


def test_a_key_that_nobody_kept_is_a_miss(caches):
    caches.kept(KEY, 1)
    assert set(caches.open().look_up([KEY, b"other", KEY])) == {KEY}


def test_many_small_values_share_a_file(caches):
    values = [os.urandom(1000) for _ in range(500)]
    caches.kept(KEY, *values)
    cache = caches.open()
    entry = cache.look_up([KEY])[KEY]
    assert len(entry.value_files) == 1
    assert [value(cache, entry, place) for place in range(500)] == values


def test_a_large_value_that_is_quicker_computed_than_stored_is_not_kept(caches):
    caches.kept(b"quick", LARGE, seconds=0.0001)
    caches.kept(b"slow", LARGE, seconds=0.1)
    caches.kept(b"forced", LARGE, seconds=0.0001, forced=True)
    caches.kept(b"small", 1, seconds=0.0)
    assert set(caches.open().look_up([b"quick", b"slow", b"forced", b"small"])) == {b"slow", b"forced", b"small"}


def test_done_is_told_once_for_each_result_whether_it_is_kept_or_not(caches):
    cache = caches.open()
    told: list[str] = []
    for name, seconds in (("kept", 100), ("not worth it", 0), ("again", 100)):
        cache.keep(KEY, caches.keeping(LARGE, seconds=seconds), lambda name=name: told.append(name))
    assert cache.close(SECONDS)
    cache.keep(KEY, caches.keeping(1), lambda: told.append("closed"))
    assert sorted(told) == ["again", "closed", "kept", "not worth it"]


def test_the_first_result_under_a_key_stays(caches):
    caches.kept(KEY, "first")
    caches.kept(KEY, LARGE)
    cache = caches.open()
    assert value(cache, cache.look_up([KEY])[KEY]) == "first"
    assert not list(cache.values.names(time.time() + 10))


def test_a_value_that_its_run_has_let_go_is_not_kept(caches):
    cache = caches.open()
    keeping = caches.keeping(LARGE)
    Path(keeping.values["out", 0][0]).unlink()
    cache.keep(KEY, keeping)
    cache.keep(b"other", caches.keeping(1))
    assert cache.flush(SECONDS)
    assert set(cache.look_up([KEY, b"other"])) == {b"other"}
    assert not caches.told


def test_a_value_can_be_evicted_while_somebody_reads_it(caches):
    caches.kept(KEY, LARGE)
    cache = caches.open()
    entry = cache.look_up([KEY])[KEY]
    read = value(cache, entry)
    cache.values.remove([entry.value_files[0].name])
    assert np.array_equal(read, LARGE)
    with pytest.raises(NotInCacheError):
        cache.open(entry, "out", 0)
    assert cache.look_up([KEY]) == {}


def test_what_did_not_verify_can_be_kept_anew(caches):
    caches.kept(KEY, LARGE)
    cache = caches.open()
    entry = cache.look_up([KEY])[KEY]
    cache.values.place(entry.value_files[0].name).write_bytes(b"")
    with pytest.raises(NotInCacheError):
        cache.open(entry, "out", 0)
    cache.keep(KEY, caches.keeping(LARGE))
    assert cache.flush(SECONDS)
    assert np.array_equal(value(cache, cache.look_up([KEY])[KEY]), LARGE)


# Files that values refer to


def stored(caches, text: str = "made") -> str:
    source = caches.run / "out.txt"
    source.write_text(text)
    path = FileStore(caches.folder / "files").keep(source)
    return str(path.relative_to(caches.folder / "files"))


def test_an_entry_whose_file_is_gone_or_changed_is_a_miss(caches):
    for spoil in (lambda path: path.unlink(), lambda path: (path.chmod(0o600), path.write_text("else"))):
        caches.open()
        name = stored(caches)
        caches.kept(KEY, 1, files=(name,))
        cache = caches.open()
        assert cache.look_up([KEY])
        spoil(caches.folder / "files" / name)
        assert not cache.look_up([KEY])
        assert not (caches.folder / "files" / name).exists(), "the place is free for the file that is made again"


def test_a_result_whose_file_a_module_has_changed_is_not_kept_and_that_is_told_once(caches):
    cache = caches.open()
    other = b"o" * 32
    for key, text in ((KEY, "one"), (other, "two")):
        name = stored(caches, text)
        changed = caches.folder / "files" / name
        changed.chmod(0o600)
        changed.write_text("CHANGED")
        cache.keep(key, caches.keeping(1, files=(name,)))
    assert cache.flush(SECONDS)
    assert not cache.look_up([KEY, other])
    (told,) = caches.told
    assert "a module has changed" in told


def test_an_entry_whose_file_was_only_touched_is_a_hit(caches):
    caches.open()
    name = stored(caches)
    caches.kept(KEY, 1, files=(name,))
    os.utime(caches.folder / "files" / name, (1, 1))
    assert caches.open().look_up([KEY])


def test_an_entry_that_refers_to_a_file_elsewhere_is_a_miss_when_that_changes(caches, tmp_path):
    data = tmp_path / "data.txt"
    data.write_text("one")
    caches.kept(KEY, data, files=(str(data),))
    assert caches.open().look_up([KEY])
    data.write_text("other")
    assert not caches.open().look_up([KEY])


# Where nothing can be written


@needs_root
@pytest.mark.parametrize("size", ["64k", "512k"])
def test_a_full_disk_is_told_once_with_the_path_and_the_run_goes_on(caches, size):
    caches.folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(caches.folder)], check=True)
    try:
        cache = caches.open()
        done: list[int] = []
        for number in range(50):
            cache.keep(b"%d" % number, caches.keeping(LARGE), lambda: done.append(1))
        assert cache.close(SECONDS)
        assert len(done) == 50
        assert len(caches.told) == 1
        assert str(caches.folder) in caches.told[0]
        assert not list(cache.values.names(time.time() + 10)), "nothing half written is left"
    finally:
        caches.close()
        subprocess.run(["umount", "--lazy", str(caches.folder)], check=True)


@needs_root
def test_a_read_only_cache_is_read_and_told_of_once(caches):
    caches.kept(KEY, LARGE)
    folder = str(caches.folder)
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
    try:
        cache = caches.open()
        same = np.array_equal(value(cache, cache.look_up([KEY])[KEY]), LARGE)
        assert same
        for _ in range(3):
            cache.keep(b"new", caches.keeping(1))
            assert cache.flush(SECONDS)
        assert len(caches.told) == 1
        assert folder in caches.told[0]
        caches.close()
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_cache_that_cannot_be_made_is_told_of_once_and_finds_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    told: list[str] = []
    cache = Cache(tmp_path / "file" / "cache", SIGNER, warn=told.append)
    assert cache.look_up([KEY]) == {}
    assert cache.close(SECONDS)
    assert len(told) == 1
    assert "file/cache" in told[0]


def test_whatever_goes_wrong_in_the_writer_nobody_waits_for_it_in_vain(caches, monkeypatch):
    cache = caches.open()
    done: list[int] = []

    def broken(_keeps, _used, _notes):
        raise LookupError("a fault of ours")

    monkeypatch.setattr(cache._writer, "_write", broken)
    cache.keep(KEY, caches.keeping(1), lambda: done.append(1))
    assert cache.flush(SECONDS)
    assert done == [1]
    assert len(caches.told) == 1
    assert "a fault of ours" in caches.told[0]


def test_names_that_are_not_utf_8_are_kept_as_they_are(caches, tmp_path):
    odd = os.fsdecode(b"Z\xfcrich\\n")
    data = tmp_path / odd
    data.write_text("one")
    facts = {"items": {"out": (odd,)}, "previews": {"out": {"text": odd, "range": [0, 1.5]}}, "absent": {"b": odd}}
    caches.kept(KEY, 1, files=(str(data),), digests={("out", 0): b"\xff"}, **facts)
    cache = caches.open()
    entry = cache.look_up([KEY])[KEY]
    assert {name: getattr(entry, name) for name in facts} == facts
    assert (entry.files[0].name, entry.digests, entry.key) == (str(data), {("out", 0): b"\xff"}, KEY)
    assert value(cache, entry) == 1
    parts = Parts(b"f", {"x": b"1"}, {}, {})
    for pipeline in (odd, "Zürich"):
        cache.note(pipeline, {odd: parts})
        assert cache.flush(SECONDS)
        assert cache.noted(pipeline) == {odd: parts}
    assert not caches.told


def test_a_damaged_index_is_set_aside_while_it_is_written_to_and_results_are_kept_again(caches):
    cache = caches.open()
    cache.keep(KEY, caches.keeping(1))
    assert cache.flush(SECONDS)
    with closing(sqlite3.connect(caches.folder / NAME, isolation_level=None)) as database:
        database.execute("DROP TABLE entries")
    cache.keep(b"lost", caches.keeping(2))
    assert cache.flush(SECONDS)
    cache.keep(b"kept", caches.keeping(3))
    assert cache.flush(SECONDS)
    found = cache.look_up([KEY, b"lost", b"kept"])
    assert set(found) == {b"kept"}
    assert value(cache, found[b"kept"]) == 3
    assert any((caches.folder / SET_ASIDE).iterdir())
    aside = [link for link in map(_target, Path("/proc/self/fd").iterdir()) if SET_ASIDE in link]
    assert not aside, "nobody has it open any more"
    assert not caches.told


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except OSError:
        return ""


def test_closing_with_no_time_left_does_not_wait(caches, monkeypatch):
    cache = caches.open()
    entered, leave = threading.Event(), threading.Event()

    def slow(_keeps, _used, _notes):
        entered.set()
        leave.wait(SECONDS)

    monkeypatch.setattr(cache._writer, "_write", slow)
    cache.keep(KEY, caches.keeping(1))
    assert entered.wait(SECONDS)
    began = time.monotonic()
    assert not cache.close(0.01)
    assert time.monotonic() - began < SECONDS / 2
    leave.set()


# Two processes

_RUNNER = """
import pickle, sys, pathlib
from caching import SIGNER
from treadle.core.cache.entries import Keeping, NotInCacheError
from treadle.core.cache.store import Cache
from treadle.core.worker.handing import hand_out, load

folder, run, rounds = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
told, wrong, hits = [], 0, 0

def opened():
    return Cache(folder, SIGNER, warn=told.append, budget_gb=0.002)

def right(number):
    return bytes([number]) * (100_000 if number % 2 else 10)

run.mkdir()
cache = opened()
for count in range(rounds):
    number = count * 7 % 50
    key = b"%d" % number
    found = cache.look_up([key])
    try:
        wrong += load(cache.open(found[key], "out", 0)) != right(number)
        hits += 1
    except (KeyError, NotInCacheError):
        cache.keep(key, Keeping({("out", 0): hand_out(right(number), run, run)}, seconds=1.0))
    if count % 50 == 49:
        assert cache.close(20)
        cache = opened()
assert cache.close(20)
print(wrong, told, hits > 0)
"""


def test_two_runners_share_one_cache_for_500_rounds(caches, tmp_path):
    support = str(Path(__file__).parents[2] / "support")
    runners = [
        subprocess.Popen(
            [sys.executable, "-c", _RUNNER, str(caches.folder), str(tmp_path / f"run-{number}"), "500"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "PYTHONPATH": support},
        )
        for number in range(2)
    ]  # fmt: skip
    assert [runner.communicate(timeout=120)[0].strip() for runner in runners] == ["0 [] True"] * 2
    index = Index(caches.folder)
    files = {path.name for path in (caches.folder / "values").rglob("*") if path.is_file()}
    assert files == {file.name for _, entry in listed(index, SIGNER) for file in entry.value_files}
    assert index._all("PRAGMA integrity_check") == [("ok",)]
    index.close()
