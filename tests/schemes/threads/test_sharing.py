"""Numeric libraries use as many cores as a call has, in a process that several calls share."""

from __future__ import annotations

from dataclasses import replace

import pytest


@pytest.fixture
def start(make_rig, monkeypatch):
    """Starts a call that has so many cores."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    rig = make_rig(workers=2)

    def started(cores, deed="blas_threads", **arguments):
        call = rig.call(deed, **arguments)
        return rig.submit(replace(call, form=replace(call.form, n_procs=cores)))[0]

    started.rig = rig
    return started


def test_a_call_with_two_cores_has_two_threads_of_blas_and_one_with_one_has_one(start):
    found = [start.rig.value(start(cores)) for cores in (2, 1, 2, 2, 1)]

    assert found == [[2], [1], [2], [2], [1]]


def test_each_thread_of_the_host_can_change_what_blas_uses(start, words, gate):
    """Once for the one thread of two, and once for the other, which can only be had while the first is busy."""
    beside = start(1, "blas_threads_and_wait", gate=gate.path, file=words.path)
    words.word()
    assert start.rig.value(start(2)) == [2]
    gate.open(1)
    assert start.rig.value(beside) == [1]

    beside = start(2, "blas_threads_and_wait", gate=gate.path, file=words.path)
    words.word()
    assert start.rig.value(start(3)) == [3]
    assert start.rig.value(start(1)) == [2]
    gate.open(1)
    assert start.rig.value(beside) == [2]
    assert start.rig.value(start(1)) == [1]
