"""The key of the user: made once, whole, and private, or not used at all."""

from __future__ import annotations

import os
import threading

import pytest

from treadle.core.cache.signing import Signer, user_signer
from treadle.core.errors import UsageError


def test_all_who_make_the_key_at_once_get_the_same_one(tmp_path):
    count = 16
    barrier = threading.Barrier(count, timeout=30)
    found: list[bytes] = []

    def sign() -> None:
        barrier.wait()
        found.append(user_signer(tmp_path / "config").sign(b"x"))

    threads = [threading.Thread(target=sign) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == count
    assert len(set(found)) == 1
    assert [path.name for path in (tmp_path / "config").iterdir()] == ["cache.key"]


def test_the_key_is_for_its_user_alone(tmp_path):
    user_signer(tmp_path)
    assert (tmp_path / "cache.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("spoil", ["open", "short", "link", "folder"])
def test_a_key_that_may_be_known_or_is_damaged_is_refused_with_its_path(tmp_path, spoil):
    user_signer(tmp_path)
    path = tmp_path / "cache.key"
    if spoil == "open":
        path.chmod(0o644)
    elif spoil == "short":
        path.write_bytes(b"short")
    else:
        path.rename(tmp_path / "other")
        path.symlink_to(tmp_path / "other") if spoil == "link" else path.mkdir()
    with pytest.raises(UsageError, match=r"cache\.key"):
        user_signer(tmp_path)


def test_a_folder_where_no_key_can_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="file"):
        user_signer(tmp_path / "file" / "config")


def test_what_is_signed_is_told_apart():
    signer = Signer(os.urandom(32))
    signed = {signer.sign(*parts) for parts in [(b"ab", b"c"), (b"a", b"bc"), (b"abc",), (b"ab", b"c", b""), ()]}
    assert len(signed) == 5
