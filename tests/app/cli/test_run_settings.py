"""`treadle run --set`: parameters of the file take other values."""

from __future__ import annotations

import pytest
from single_steps import ADD, answer

from treadle import Pipeline, sweep

KINDS = """
from pathlib import Path
def step(
    n: int = 1, f: float = 1.0, s: str = "", p: Path = Path("."), b: bool = False, many: list[int] = [],
) -> dict:
    return {"n": n, "f": f, "s": s, "p": str(p), "b": b, "many": many}
"""


@pytest.mark.parametrize(
    ("setting", "key", "value"),
    [
        ("n=5", "n", 5),
        ("f=0.25", "f", 0.25),
        ("s=5", "s", "5"),
        ("s=", "s", ""),
        ('s={"a": 1}', "s", '{"a": 1}'),
        ("s=a=b", "s", "a=b"),
        ("b=true", "b", True),
        ("many=[1, 2]", "many", [1, 2]),
    ],
)
def test_a_setting_has_the_type_of_its_parameter(treadle, workspace, setting, key, value):
    done = treadle("run", workspace.single(KINDS), "--json", "--set", f"step.{setting}")
    assert answer(done)[key] == value


def test_a_path_that_is_typed_counts_from_where_it_is_typed(treadle, workspace, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = treadle("run", workspace.single(KINDS), "--json", "--set", "step.p=data/a.txt")
    assert answer(done)["p"] == str(tmp_path / "data" / "a.txt")


def test_a_setting_of_the_wrong_type_is_refused(treadle, workspace):
    done = treadle("run", workspace.single(ADD), "--set", "step.x=much")
    assert done.code == 3
    assert "step" in done.err
    assert "x" in done.err


def test_a_setting_takes_the_place_of_a_connection_and_of_a_sweep(treadle, workspace):
    pipeline, steps = workspace.pipeline(ADD)
    first = pipeline.add(f"{steps}:step", id="first", x=sweep([1, 2, 3]))
    pipeline.add(f"{steps}:step", x=first.out)
    file = workspace.save(pipeline)
    assert answer(treadle("run", file, "--json")) == [5, 6, 7]
    assert answer(treadle("run", file, "--json", "--set", "first.x=10")) == 14
    assert answer(treadle("run", file, "--json", "--set", "step.x=10")) == 12
    assert answer(treadle("run", file, "--json", "--set", "step.x=10", "--set", "step.y=1")) == 11


def test_a_setting_reaches_into_a_group(treadle, workspace):
    inner, steps = workspace.pipeline(ADD)
    inner.add(f"{steps}:step", x=5)
    outer = Pipeline("outer")
    outer.add_group(inner, id="group")
    done = treadle("run", workspace.save(outer), "--json", "--set", "group/step.x=40")
    assert done.code == 0, done.err
    assert done.json["outputs"]["group/step"]["out"] == 42


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("stepp.x=1", "there is no node 'stepp'. Did you mean 'step'?"),
        ("step.xx=1", "has no parameter 'xx'. Did you mean 'x'?"),
        ("step.x", "this is not NODE.PARAM=VALUE"),
        ("x=1", "this is not NODE.PARAM=VALUE"),
        ("a/step.x=1", "there is no node 'a/step'"),
    ],
)
def test_a_setting_of_what_is_not_there_is_refused(treadle, workspace, setting, told):
    done = treadle("run", workspace.single(ADD), "--set", setting)
    assert done.code == 2
    assert told in done.err


def grouped(workspace, **inputs):
    inner, steps = workspace.pipeline(ADD)
    inner.add(f"{steps}:step", id="add")
    outer = Pipeline("demo")
    outer.add_group(inner, id="g", **inputs)
    return workspace.save(outer)


def test_a_parameter_that_a_group_feeds_is_set_at_the_group(treadle, workspace):
    file = grouped(workspace, y=3)
    done = treadle("run", file, "--set", "g/add.y=7")
    assert done.code == 2
    assert "it is fed by the group's input 'y': set g.y" in done.err
    done = treadle("run", file, "--json", "--set", "g.y=7")
    assert done.json["outputs"]["g/add"]["out"] == 8


def test_a_parameter_in_a_group_that_nothing_feeds_can_be_set(treadle, workspace):
    done = treadle("run", grouped(workspace, y=3), "--json", "--set", "g/add.x=7")
    assert done.json["outputs"]["g/add"]["out"] == 10
