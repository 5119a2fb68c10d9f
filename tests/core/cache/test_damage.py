"""Whatever happens to an entry, it is found as it was kept or it is a miss; nothing foreign is ever unpickled."""

from __future__ import annotations

import fcntl
import os
import pickle
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from caching import value

from treadle.core.cache import index
from treadle.core.cache.entries import NotInCacheError
from treadle.core.cache.index import NAME
from treadle.core.worker.handing import load

ROUNDS = 1000
LARGE = bytes(range(256)) * 400
KEY = b"k" * 32


class Bomb:
    """Leaves a trace where it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


@pytest.fixture
def trace(tmp_path):
    path = tmp_path / "unpickled"
    yield path
    assert not path.exists(), "a foreign pickle was read"


def read(cache, keys=(KEY,)):
    """Return what the cache gives for the keys: values, or nothing where it is a miss."""
    found = []
    for entry in cache.look_up(list(keys)).values():
        try:
            found.append(load(cache.open(entry, "out", 0)))
        except NotInCacheError:
            continue
    return found


def flipped(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :]


def test_a_thousand_mutations_of_a_row_are_a_thousand_misses(caches, trace):
    caches.kept(KEY, "right", title="one")
    caches.kept(b"other" * 6, "wrong", title="two")
    cache = caches.open()
    with closing(sqlite3.connect(caches.folder / NAME, isolation_level=None)) as database:
        sound = database.execute("SELECT key, facts, mac FROM entries WHERE key = ?", (KEY,)).fetchone()
        other = database.execute("SELECT key, facts, mac FROM entries WHERE key != ?", (KEY,)).fetchone()
        bomb = pickle.dumps(Bomb(trace))
        chance = random.Random(1)
        for number in range(ROUNDS):
            _, facts, mac = sound
            kind = number % 10
            if kind < 5:
                facts = flipped(facts, chance)
            elif kind < 7:
                mac = flipped(mac, chance)
            elif kind == 7:
                facts = facts[: chance.randrange(len(facts))]
            elif kind == 8:
                facts, mac = chance.choice([other[1:], (other[1], mac), (facts, other[2]), (bomb, mac), (bomb, bomb)])
            else:
                facts, mac = chance.choice([(None, mac), ("text", mac), (facts, None), (7, 1.5), (b"", b"")])
            database.execute("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, 0, 0, 0)", (KEY, facts, mac))
            assert read(cache) == [], number
    assert not cache.look_up([KEY])


def test_a_thousand_mutations_of_a_value_are_a_thousand_misses(caches, trace):
    caches.kept(KEY, LARGE)
    chance = random.Random(2)
    bomb = pickle.dumps(Bomb(trace))
    cache = caches.open()
    (file,) = cache.look_up([KEY])[KEY].value_files
    place = cache.values.place(file.name)
    data = place.read_bytes()
    row = cache._rows([KEY])[0]
    for number in range(ROUNDS):
        place.unlink(missing_ok=True)
        changed = [
            lambda: flipped(data, chance),
            lambda: data[: chance.randrange(len(data))],
            lambda: data + b"more",
            lambda: b"",
            lambda: bomb + bytes(len(data) - len(bomb)),
            lambda: chance.randbytes(len(data)),
        ][number % 6]()
        if number % 50 == 7:
            (target := place.with_name("elsewhere")).write_bytes(data)
            place.symlink_to(target)
        elif number % 50 == 8:
            os.mkfifo(place)
        elif number % 50 == 9 and os.getuid() == 0:
            place.write_bytes(data)
            os.chown(place, 12345, 12345)
        elif number % 50 != 10:
            place.write_bytes(changed)
        assert read(cache) == [], number
        assert not os.path.lexists(place), "it is set aside"
        cache._index.add([row])


def test_a_damaged_index_gives_what_was_kept_or_nothing(caches, trace):
    keys = [b"%032d" % number for number in range(40)]
    cache = caches.open()
    for key in keys:
        cache.keep(key, caches.keeping(key))
    assert cache.close(20)
    sound = (caches.folder / NAME).read_bytes()
    chance = random.Random(3)
    for number in range(150):
        damaged = bytearray(sound)
        for _ in range(chance.choice([1, 5, 50])):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        if number % 5 == 4:
            damaged = damaged[: chance.randrange(len(damaged))]
        for file in caches.folder.glob(f"{NAME}*"):
            file.unlink()
        (caches.folder / NAME).write_bytes(damaged)
        cache = caches.open()
        assert set(read(cache, keys)) <= set(keys)
        cache.close(20)


@pytest.mark.parametrize("content", [b"", b"no database at all" * 500, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_cache_begins_anew_where_its_index_is_none(caches, content):
    caches.kept(KEY, 1)
    (caches.folder / NAME).write_bytes(content)
    caches.kept(KEY, 2)
    cache = caches.open()
    assert value(cache, cache.look_up([KEY])[KEY]) == 2
    assert not caches.told


def test_who_repairs_an_index_and_does_not_get_on_is_not_waited_for_for_ever(caches, monkeypatch):
    monkeypatch.setattr(index, "BUSY_SECONDS", 0.05)
    caches.kept(KEY, b"one")
    (caches.folder / NAME).write_bytes(b"no database" * 1000)
    with (caches.folder / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert caches.open().look_up([KEY]) == {}
    assert "repairing the index" in caches.told[-1]


def test_an_index_that_is_a_link_is_not_followed(caches, tmp_path):
    caches.kept(KEY, 1)
    elsewhere = tmp_path / "elsewhere.sqlite"
    (caches.folder / NAME).rename(elsewhere)
    (caches.folder / NAME).symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    assert not caches.open().look_up([KEY])
    assert elsewhere.read_bytes() == before


def test_entries_signed_with_another_key_are_misses(caches, trace):
    from treadle.core.cache.signing import Signer
    from treadle.core.cache.store import Cache

    foreign = Cache(caches.folder, Signer(b"x" * 32))
    foreign.keep(KEY, caches.keeping(Bomb(trace)))
    assert foreign.close(20)
    assert read(caches.open()) == []
