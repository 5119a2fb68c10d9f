from __future__ import annotations

import pytest

from treadle.core.cache.entries import NotInCacheError
from treadle.core.cache.held import PREFIX, Held


@pytest.fixture
def value(tmp_path):
    file = tmp_path / "values" / "one"
    file.parent.mkdir()
    file.write_bytes(b"what was made")
    return file


@pytest.fixture
def held(tmp_path):
    made = Held(tmp_path)
    yield made
    made.close()


def test_what_is_held_can_be_read_after_it_was_evicted(held, value):
    name = held.hold(value)
    value.unlink()
    assert name.read_bytes() == b"what was made"


def test_what_is_held_twice_has_one_name(held, value):
    assert held.hold(value) == held.hold(value)


def test_what_is_gone_cannot_be_held(held, value):
    value.unlink()
    with pytest.raises(NotInCacheError):
        held.hold(value)


def test_nothing_is_left_at_the_end(held, value, tmp_path):
    held.hold(value)
    held.close()
    assert list(tmp_path.glob(f"{PREFIX}*")) == []
    assert value.read_bytes() == b"what was made"


def test_where_there_can_be_no_second_name_the_file_itself_is_handed_out(tmp_path, value):
    held = Held(tmp_path / "not there")
    assert held.hold(value) == value
