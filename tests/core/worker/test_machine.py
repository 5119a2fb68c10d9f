"""Cores and memory: those of the machine, or fewer where a container says so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from treadle.core.worker import machine


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Return the folder of our control group, where limits can be written."""
    own = tmp_path / "outer" / "inner"
    own.mkdir(parents=True)
    monkeypatch.setattr(machine, "_GROUPS", tmp_path)
    monkeypatch.setattr(machine, "_OLD_MEMORY", tmp_path / "nowhere")
    monkeypatch.setattr(machine, "_OLD_CORES", tmp_path / "nowhere")
    monkeypatch.setattr(machine, "own_groups", lambda: [own, own.parent, tmp_path])
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(16)))
    return own


def test_without_limits_there_is_what_the_machine_has(groups):
    assert machine.cores() == 16
    assert machine.memory() == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@pytest.mark.parametrize(("quota", "cores"), [("max 100000", 16), ("400000 100000", 4), ("50000 100000", 1), ("", 16)])
def test_a_container_may_use_no_more_cores_than_its_quota(groups, quota, cores):
    (groups / "cpu.max").write_text(quota)
    assert machine.cores() == cores


def test_the_limit_of_an_outer_container_counts_too(groups):
    (groups / "memory.max").write_text("max\n")
    (groups.parent / "memory.max").write_text("1000000\n")
    (groups.parent / "cpu.max").write_text("200000 100000\n")
    assert (machine.cores(), machine.memory()) == (2, 1_000_000)


def test_older_control_groups_count_too(groups, tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "_OLD_CORES", tmp_path)
    (tmp_path / "cpu.cfs_period_us").write_text("100000")
    (tmp_path / "cpu.cfs_quota_us").write_text("-1")
    assert machine.cores() == 16
    (tmp_path / "cpu.cfs_quota_us").write_text("300000")
    assert machine.cores() == 3


def test_the_groups_of_this_process_are_found_from_the_inside_out():
    found = machine.own_groups()
    assert found == sorted(found, reverse=True)
    assert all(folder.is_relative_to(Path("/sys/fs/cgroup")) for folder in found)
