"""One computes, the others wait for it, as long as it lives and no longer; where that cannot be told nobody waits."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from treadle.core.cache.claims import Claims

SECONDS = 20.0
A, B = b"a" * 32, b"b" * 32
_OWNER = """
import sys, pathlib
from treadle.core.cache.claims import Claims

claims = Claims(pathlib.Path(sys.argv[1]))
assert claims.claim([b"a" * 32]) == set()
print("claimed", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def claims(tmp_path):
    made = [Claims(tmp_path), Claims(tmp_path)]
    yield made
    for one in made:
        one.close()


def test_what_one_has_claimed_is_held_until_it_is_released(claims):
    one, other = claims
    assert one.claim([A]) == set()
    assert other.claim([A, B]) == {A}
    one.release([A, B])
    assert other.claim([A]) == {A}, "it is not told yet"
    one.flush()
    assert other.claim([A, B]) == set()
    assert one.claim([A, B]) == {A, B}


def test_nobody_holds_a_key_against_himself(claims):
    assert claims[0].claim([A]) == set()
    assert claims[0].claim([A]) == set()


def test_nobody_can_release_what_another_one_has_claimed(claims):
    one, other = claims
    one.claim([A])
    other.claim([A])
    other.release([A])
    other.flush()
    other.release_all()
    assert other.claim([A]) == {A}


def test_who_closes_lets_go_of_all_and_leaves_nothing(claims, tmp_path):
    one, other = claims
    one.claim([A, B])
    one.close()
    assert one.claim([A]) == set()
    assert other.claim([A, B]) == set()
    other.close()
    assert [path.name for path in (tmp_path / "claims").iterdir()] == ["claims-1.sqlite"]


def test_there_is_news_when_another_one_has_released_something(claims):
    one, other = claims
    one.claim([A])
    other.claim([A])
    other.has_news()
    assert not other.has_news()
    one.release([A])
    one.flush()
    assert other.has_news()
    assert not other.has_news()


def test_what_a_killed_process_has_claimed_can_be_claimed_by_one_other(claims, tmp_path):
    owner = subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert owner.stdout.readline() == "claimed\n"
        assert claims[0].claim([A]) == {A}
    finally:
        owner.send_signal(signal.SIGKILL)
        owner.communicate(timeout=SECONDS)
    assert claims[0].claim([A]) == set()
    assert claims[1].claim([A]) == {A}


def test_a_row_that_names_no_owner_is_nobodys(claims):
    one, other = claims
    one.claim([A, B])
    one._database.execute("UPDATE claims SET owner = '../../etc/passwd' WHERE key = ?", (A,))
    one._database.execute("UPDATE claims SET owner = x'00ff' WHERE key = ?", (B,))
    assert other.claim([A, B]) == set()


@pytest.mark.parametrize("spoil", [lambda folder: folder.write_text("a file"), lambda folder: folder.symlink_to("no")])
def test_where_nothing_can_be_claimed_nobody_is_waited_for(tmp_path, spoil):
    spoil(tmp_path / "claims")
    for _ in range(2):
        claims = Claims(tmp_path)
        assert claims.claim([A]) == set()
        claims.release([A])
        claims.close()


def test_a_damaged_file_is_begun_anew(claims, tmp_path):
    one, other = claims
    file = Path(tmp_path / "claims" / "claims-1.sqlite")
    file.parent.mkdir()
    file.write_bytes(b"no database at all" * 500)
    assert one.claim([A]) == set()
    third = Claims(tmp_path)
    assert third.claim([A]) == set()
    assert other.claim([A]) == {A}
    third.close()
