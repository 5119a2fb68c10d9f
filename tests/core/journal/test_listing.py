"""The journals of a folder: listed, found by a part of an id, removed when old."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time

import pytest
from journals import InventedRun

from treadle.core.errors import UsageError
from treadle.core.journal.listing import damaged_runs, find_run, list_runs, old_runs, remove_run
from treadle.core.journal.owners import Owner, host

DAY = 86_400.0


def make(folder, run_id, age_days=0.0, **facts):
    run = InventedRun(folder, run_id, started=time.time() - age_days * DAY, **facts)
    run.simple("fit")
    return run


@pytest.fixture
def folder(tmp_path):
    for age, run_id in ((3, "2026-01-01-1000-a-aaaa"), (2, "2026-01-02-1000-a-bbbb"), (1, "2026-01-03-1000-b-cccc")):
        make(tmp_path, run_id, age).end()
    return tmp_path


def test_runs_are_listed_newest_first(folder):
    assert [run.id[-4:] for run in list_runs(folder).readable] == ["cccc", "bbbb", "aaaa"]


def test_no_folder_is_no_runs(tmp_path):
    found = list_runs(tmp_path / "none")
    assert (found.readable, found.broken) == ((), ())


def test_a_damaged_journal_does_not_hide_the_others(folder):
    (folder / "2026-01-04-1000-x-dddd.sqlite").write_bytes(b"nonsense" * 1000)
    found = list_runs(folder)
    assert len(found.readable) == 3
    assert [broken.id for broken in found.broken] == ["2026-01-04-1000-x-dddd"]
    assert "damaged" in found.broken[0].why


def age(path):
    os.utime(path, (time.time() - DAY, time.time() - DAY))


def spoil(folder, name, data):
    path = folder / f"2026-01-04-1000-x-{name}.sqlite"
    path.write_bytes(data)
    return path


def test_what_is_damaged_may_go_once_nobody_writes_to_it(folder):
    whole = (folder / "2026-01-03-1000-b-cccc.sqlite").read_bytes()
    for name, data in (("dddd", b"nonsense" * 1000), ("eeee", whole[: len(whole) // 3]), ("ffff", b"")):
        path = spoil(folder, name, data)
        assert damaged_runs(list_runs(folder)) == []
        age(path)
        (one,) = damaged_runs(list_runs(folder))
        assert one.path == path
        assert remove_run(one) == len(data)
        assert not path.exists()
    assert len(list_runs(folder).readable) == 3


def test_the_journal_of_a_newer_version_is_not_damaged(folder):
    path = folder / "2026-01-03-1000-b-cccc.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    age(path)
    found = list_runs(folder)
    assert [one.path for one in found.broken] == [path]
    assert damaged_runs(found) == []


def test_a_run_is_found_by_its_id_a_unique_beginning_or_as_the_last(folder):
    for text in ("2026-01-02-1000-a-bbbb", "2026-01-02"):
        assert find_run(folder, text).name.endswith("bbbb.sqlite")
    assert find_run(folder, "last").name.endswith("cccc.sqlite")


@pytest.mark.parametrize("text", ["2027", "", "../../etc/passwd", "2026-01-02-1000-a-bbbc", "x\0"])
def test_an_unknown_run_is_told(folder, text):
    with pytest.raises(UsageError, match="there is no run"):
        find_run(folder, text)


def test_what_was_probably_meant_is_suggested(folder):
    with pytest.raises(UsageError, match="Did you mean '2026-01-02-1000-a-bbbb'"):
        find_run(folder, "2026-01-02-1000-a-bbbc")


def test_an_ambiguous_beginning_names_the_runs(folder):
    with pytest.raises(UsageError, match=r"3 runs begin with '2026'.*cccc.*bbbb.*aaaa"):
        find_run(folder, "2026")


def test_no_last_run_is_told(tmp_path):
    with pytest.raises(UsageError, match="none was kept so far"):
        find_run(tmp_path, "last")


@pytest.mark.parametrize(
    ("keep", "days", "gone"),
    [
        (1, None, ["bbbb", "aaaa"]),
        (0, 2.5, ["aaaa"]),
        (3, None, []),
        (2, 0.5, ["aaaa"]),
        (0, None, ["cccc", "bbbb", "aaaa"]),
    ],
)
def test_which_runs_are_old(folder, keep, days, gone):
    assert [run.id[-4:] for run in old_runs(list_runs(folder), keep, days)] == gone


def test_a_live_run_is_never_old(folder):
    with make(folder, "2026-01-05-1000-live-eeee", age_days=100):
        runs = list_runs(folder)
        assert any(run.live for run in runs.readable)
        assert not any(run.live for run in old_runs(runs, 0, None))


def test_a_removed_run_leaves_nothing(folder):
    (run, *others) = list_runs(folder).readable
    assert remove_run(run) > 0
    assert list_runs(folder).readable == tuple(others)
    assert len(list(folder.iterdir())) == 2


def test_the_output_of_a_detached_run_goes_with_its_journal(folder):
    (run, other, _) = list_runs(folder).readable
    logs = [one.path.with_name(f"{one.id}.log") for one in (run, other)]
    for log in logs:
        log.write_bytes(b"x" * 100_000)
    assert remove_run(run) > 100_000
    assert [log.exists() for log in logs] == [False, True]


def test_the_socket_of_a_dead_run_is_removed_when_runs_are_listed(tmp_path):
    import socket

    from treadle.core.journal.facts import RunFacts
    from treadle.core.journal.store import Store

    path = tmp_path / "dead.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
    dead = RunFacts("demo", owner=Owner(host(), 2**22 + 1, 0.0))
    Store(tmp_path / "dead.sqlite", "dead", dead, str(path)).close()
    (run,) = list_runs(tmp_path).readable
    assert run.state == "interrupted"
    assert not path.exists()


def test_a_socket_without_a_journal_goes_if_nobody_listens_there(tmp_path):
    import socket

    from treadle.core.journal.control import ControlServer

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "dead.sock"))
    server = ControlServer(tmp_path, "live", {})
    list_runs(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["live.sock"]
    server.close()
