from __future__ import annotations

import datetime
import enum
import os
import stat
from pathlib import Path

import pytest

from treadle import Pipeline, run
from treadle.core.document import load, save
from treadle.core.errors import FileError, ModuleLookupError, UsageError
from treadle.core.library import text
from treadle.core.trust import TrustStore


class Colour(enum.Enum):
    RED = 1


def given(x):
    return x


def listed(n: int) -> list[int]:
    return list(range(n))


def gathered(first, *rest):
    return [first, *rest]


async def awaited(x):
    return x


@pytest.mark.parametrize("value", [b"ab", {1, 2}, {1: 2}, datetime.date(2020, 1, 1), Colour.RED, [{"deep": b""}], 1j])
def test_a_parameter_that_a_file_would_give_back_as_something_else_is_refused(tmp_path, value):
    pipeline = Pipeline()
    pipeline.add(given, x=value)
    with pytest.raises(UsageError, match=r"given\.x: a \w+ cannot be written"):
        save(pipeline, tmp_path / "p.treadle")
    assert list(tmp_path.iterdir()) == []


def test_a_pipeline_saved_here_is_trusted_when_it_is_read_whatever_numbers_were_set(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    pipeline = Pipeline()
    node = pipeline.add(listed, n=3)
    node.mem_gb, node.timeout, node.position = 2, 60, (1, 2)
    path = pipeline.save(tmp_path / "p.treadle")
    loaded = Pipeline.load(path)
    assert TrustStore().is_trusted(loaded)
    before = path.read_bytes()
    loaded.save(path)
    assert path.read_bytes() == before


def test_a_file_is_saved_where_the_trust_key_cannot_be_kept(tmp_path, monkeypatch):
    (tmp_path / "config").write_text("in the way")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    pipeline = Pipeline()
    pipeline.add(listed, n=3)
    assert pipeline.save(tmp_path / "p.treadle").exists()


@pytest.mark.parametrize(
    "setting", [("n_procs", -1), ("retries", 2.5), ("timeout", -3), ("mode", "off"), ("mem_gb", "x")]
)
def test_a_setting_that_no_file_could_hold_is_refused_at_once(setting):
    node = Pipeline().add(listed, n=3)
    with pytest.raises(UsageError, match=setting[0]):
        setattr(node, *setting)


def test_a_pipe_is_neither_read_nor_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(FileError, match="it is a pipe, not a file"):
        load(pipe)
    with pytest.raises(UsageError, match="it is a pipe, not a file"):
        save(Pipeline(), pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    with pytest.raises(FileError, match="it is a device"):
        load(Path("/dev/zero"))


def test_a_template_cannot_reach_into_what_it_is_given():
    assert text.format_text("{a} {b[0]}", a=1, b=[2]) == "1 2"
    with pytest.raises(ValueError, match="asks for an attribute"):
        text.format_text("{p.cwd.__func__.__globals__}", p=Path())


def test_steps_on_a_connection_in_an_order_it_does_not_have_are_refused():
    out = Pipeline().add(listed, n=3).out
    for wrong in (
        lambda: out.apply(str).each(),
        lambda: out.joined().apply(len),
        lambda: out.apply(str).apply(len),
        lambda: out.each("a").each("b"),
        lambda: out.each().joined(),
    ):
        with pytest.raises(UsageError, match="cannot come after"):
            wrong()
    assert out.each().apply(str).function is str


def test_further_positional_arguments_reach_a_function_that_takes_them():
    pipeline = Pipeline()
    node = pipeline.add(gathered, first=1, rest=[2, 3])
    assert run(pipeline, scheme="serial")[node] == [1, 2, 3]


def test_inputs_may_be_called_like_the_arguments_of_add():
    pipeline = Pipeline()
    node = pipeline.add("builtins:str.upper", self="a")
    assert run(pipeline, scheme="serial")[node] == "A"


def test_an_async_function_is_refused_with_what_to_do():
    with pytest.raises(ModuleLookupError, match="Wrap it in a function"):
        Pipeline().add(awaited, x=1)


def test_adding_one_function_many_times_numbers_the_nodes():
    pipeline = Pipeline()
    ids = [pipeline.add(listed, n=1).id for _ in range(300)]
    assert len(set(ids)) == 300
    assert ids[:3] == ["listed", "listed_2", "listed_3"]
