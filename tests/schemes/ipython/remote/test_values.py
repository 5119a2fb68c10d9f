"""Values and files on an engine: kept there, handed out, brought there, and forgotten."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import cloudpickle
import pytest

from treadle.core.worker import container
from treadle.core.worker.call import Ref
from treadle.core.worker.container import pack
from treadle.core.worker.files import FileStore
from treadle.schemes.ipython.parcel import parcel
from treadle.schemes.ipython.remote import messages as m
from treadle.schemes.ipython.remote.transfer import Arrivals, Departures

cloudpickle.register_pickle_by_value(sys.modules[__name__])

NAME = ("earlier", "out", -1)


def _large() -> bytes:
    return b"x" * 300_000


def _length(value: bytes) -> int:
    return len(value)


def _kept(outcome):
    (key, size), kept = outcome[0]["out", -1], outcome[0]
    assert len(kept) == 1
    return key, size


def _value(outcome):
    return cloudpickle.loads(outcome[0]["out", -1])


def test_a_large_value_stays_on_the_engine_and_later_jobs_read_it_there(runner):
    key, size = _kept(runner.run(_large)[0])
    assert size > 300_000
    outcome, _ = runner.run(_length, value=Ref(NAME), slots={NAME: key})
    assert _value(outcome) == 300_000


def test_a_value_can_be_written_while_a_batch_runs_for_all_who_share_the_files(engine, runner):
    key, size = _kept(runner.run(_large)[0])
    written = engine.control(m.WRITE, "one", [key, 99], str(runner.folder))
    path, told = written[key]
    assert container.read(Path(path)) == b"x" * 300_000
    assert told == size
    assert written[99].kind == "lost contact"
    outcome, _ = runner.run(_length, value=Ref(NAME), slots={NAME: (path, size)})
    assert _value(outcome) == 300_000


def test_a_session_that_nobody_uses_is_ended_in_time(engine, runner):
    ended = """lambda: (lambda engine: (
        setattr(next(iter(engine._sessions.values())), "used", -1e9), engine._end_idle(), list(engine._sessions),
    )[2])(__import__("{}").entry._engine)"""
    assert engine.ask(ended.format(parcel().name)) == []
    assert not Path(runner.facts.folder).exists()


def test_values_beyond_the_budget_go_to_the_disk_of_the_engine_and_can_be_read_from_there(engine, make_runner):
    runner = make_runner(budget=400_000)
    keys = [_kept(runner.run(_large)[0])[0] for _ in range(4)]
    count, size = m.Load(*engine.control(m.LOOK, "one")).kept["one"]
    assert count == 4
    assert size <= 400_000
    for key in keys:
        outcome, _ = runner.run(_length, value=Ref(NAME), slots={NAME: key})
        assert _value(outcome) == 300_000
    engine.control(m.FORGET, "one", keys, [])
    assert m.Load(*engine.control(m.LOOK, "one")).kept["one"] == (0, 0)
    assert not [
        place for place in Path(runner.facts.folder).iterdir() if place.is_file() and place.stat().st_size > 1e5
    ]


def _pieces(engine, what):
    data, total = b"", 1
    while len(data) < total:
        total, piece = engine.control(m.PIECES, "one", what, len(data))
        data += piece
    return data


def test_without_shared_files_values_travel_in_pieces_both_ways(engine, make_runner, tmp_path):
    runner = make_runner(token=("token", "another"))
    assert not runner.facts.shared
    key, _ = _kept(runner.run(_large)[0])
    data = _pieces(engine, (m.VALUE, key))
    place = tmp_path / "arrived"
    place.write_bytes(data)
    assert container.read(place) == b"x" * 300_000
    half = len(data) // 2
    assert engine.control(m.PUT, "one", m.value_name(NAME), 0, len(data), data[:half]) is None
    put = engine.control(m.PUT, "one", m.value_name(NAME), half, len(data), data[half:])
    outcome, _ = runner.run(_length, value=Ref(NAME), slots={NAME: put})
    assert _value(outcome) == 300_000


def test_a_value_larger_than_a_piece_comes_in_several_and_can_be_asked_for_again(engine, make_runner):
    def huge() -> bytes:
        return bytes(m_piece + 1000)

    m_piece = m.PIECE
    runner = make_runner(token=("token", "another"))
    key, _ = _kept(runner.run(huge)[0])
    total, first = engine.control(m.PIECES, "one", (m.VALUE, key), 0)
    assert len(first) == m.PIECE < total
    again = [_pieces(engine, (m.VALUE, key)) for _ in range(2)]
    assert again[0] == again[1]
    assert len(again[0]) == total
    assert not list(Path(runner.facts.folder).glob("departing-*"))


def _file(text: str) -> Path:
    from treadle import scratch

    (scratch() / "found.txt").write_text(text)
    return Path("found.txt").absolute()


def _folder() -> list[Path]:
    from treadle import scratch

    (scratch() / "images").mkdir()
    (scratch() / "images" / "one").write_text("1")
    return [scratch() / "images"]


def _text(path: Path) -> str:
    return f"{path} {path.read_text()}"


def test_a_file_that_a_module_returns_goes_into_the_folder_of_the_run(runner):
    path = runner.value(_file, text="hello")
    assert path.read_text() == "hello"
    assert path.is_relative_to(runner.files)
    assert list(Path(runner.facts.folder, "home").iterdir()) == []


def test_without_shared_files_a_file_is_had_in_pieces_and_its_path_is_always_that_of_the_runner(
    engine, make_runner, tmp_path
):
    runner = make_runner(token=("token", "another"))
    outcome, _ = runner.run(_file, text="hello")
    path = _value(outcome)
    assert path.is_relative_to(runner.files)
    assert not path.exists()
    (name,) = outcome[1][4]
    store = FileStore(runner.files)
    data = _pieces(engine, (m.FILE, name))
    assert Arrivals(tmp_path, store).take((m.FILE, name), 0, len(data), data) == 0
    assert path.read_text() == "hello"
    # The engine that made it has it at another place, but says so to nobody.
    read = cloudpickle.loads(runner.run(_text, path=Ref(NAME), slots={NAME: cloudpickle.dumps(path)})[0][0]["out", -1])
    assert read.endswith("found.txt hello")
    assert not read.startswith(str(runner.files))
    assert runner.value(_same, path=path) == path


def _same(path: Path) -> Path:
    return path


def test_without_shared_files_a_folder_can_be_had_and_brought(engine, make_runner, tmp_path):
    runner = make_runner(token=("token", "another"))
    outcome, _ = runner.run(_folder)
    (path,) = _value(outcome)
    (name,) = outcome[1][4]
    data = _pieces(engine, (m.FILE, name))
    store = FileStore(runner.files)
    Arrivals(tmp_path, store).take((m.FILE, name), 0, len(data), data)
    assert (path / "one").read_text() == "1"
    other = make_runner(token=("token", "another"), session="two")
    departures = Departures(tmp_path, lambda _key: pack(0), store)
    total, data = departures.piece((m.FILE, name), 0)
    assert engine.control(m.PUT, "two", (m.FILE, name), 0, total, data) == 0
    outcome, _ = other.run(_text, path=Ref(NAME), slots={NAME: cloudpickle.dumps(path / "one")})
    assert _value(outcome).endswith("/one 1")


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../b", "a"])
def test_nothing_outside_the_store_can_be_asked_for(engine, runner, name):
    assert engine.control(m.PIECES, "one", (m.FILE, name), 0).kind == "lost contact"


def test_the_end_of_a_session_removes_its_folder_also_while_a_batch_runs(engine, runner, tmp_path):
    def waits(place: str) -> None:
        import time

        print("begun")  # noqa: T201
        end = time.monotonic() + 30
        while not Path(place).exists() and time.monotonic() < end:
            time.sleep(0.001)

    runner.start(runner.job(waits, {"place": str(tmp_path / "go")}), runner.job(os.getpid, {}))
    runner.until(lambda message: message[0] == m.LINES)
    assert engine.control(m.END, "one") is None
    (tmp_path / "go").touch()
    assert [message[1] for message in runner.heard() if message[0] == m.ANSWER] == [0]
    assert not Path(runner.facts.folder).exists()
