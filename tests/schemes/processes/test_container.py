"""Container files: what is written comes back, what is damaged is refused."""

from __future__ import annotations

import errno
import os
import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from treadle.core.worker import container

if TYPE_CHECKING:
    from pathlib import Path

arrays = st.builds(
    lambda count, kind: np.arange(count).astype(kind),
    st.integers(0, 3000),
    st.sampled_from(["f8", "i2", "u1", "c16", "?"]),
)
values = st.recursive(
    st.none() | st.integers() | st.text() | st.binary(max_size=5000) | arrays,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.dtype == other.dtype and bool((one == other).all())
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return isinstance(other, dict) and one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    return type(one) is type(other) and one == other


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=values, checked=st.booleans())
def test_what_is_written_comes_back(tmp_path: Path, value, checked):
    path = tmp_path / "value"

    size = container.write(path, container.pack(value), checked=checked)

    assert path.stat().st_size == size
    assert same(container.read(path, verify=True), value)
    assert [entry.name for entry in tmp_path.iterdir()] == ["value"]


def test_arrays_are_aligned_read_only_memory_of_the_file(tmp_path):
    path = tmp_path / "value"
    container.write(path, container.pack([np.ones(1001, "u1"), np.ones(5000)]))

    for array in container.read(path):
        assert not array.flags.writeable
        assert array.ctypes.data % container.ALIGNMENT == 0


def test_a_value_can_be_read_after_its_file_is_removed(tmp_path):
    path = tmp_path / "value"
    container.write(path, container.pack(np.ones(100_000)))
    array = container.read(path)

    path.unlink()

    assert array.sum() == 100_000


def test_a_truncated_container_is_refused_at_every_length(tmp_path):
    path = tmp_path / "value"
    container.write(path, container.pack({"a": np.arange(40), "b": "text"}))
    whole = path.read_bytes()

    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(container.ContainerError):
            container.read(path)


def test_a_flipped_bit_is_refused_wherever_it_is(tmp_path):
    path = tmp_path / "value"
    container.write(path, container.pack({"a": np.arange(40), "b": "text"}), checked=True)
    whole = path.read_bytes()
    padding = 0

    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            container.read(path, verify=True)
        except container.ContainerError:
            continue
        padding += 1

    # Between the pickle and the first buffer nothing is said.
    assert padding < container.ALIGNMENT


def test_a_foreign_file_is_refused_and_not_unpickled(tmp_path):
    path = tmp_path / "value"
    path.write_bytes(pickle.dumps(list(range(100))))

    with pytest.raises(container.ContainerError):
        container.read(path)


def test_without_room_nothing_is_left_behind(tmp_path, monkeypatch):
    def no_room(*_arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", no_room)
    with pytest.raises(OSError, match="No space left"):
        container.write(tmp_path / "value", container.pack(np.ones(1000)))

    assert list(tmp_path.iterdir()) == []


def test_many_buffers_are_written_in_parts(tmp_path):
    value = [np.full(3, number) for number in range(2000)]
    path = tmp_path / "value"
    container.write(path, container.pack(value))

    assert all((array == number).all() for number, array in enumerate(container.read(path)))
