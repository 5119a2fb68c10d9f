"""A value that is written in a pipeline fits its port, or is named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipelines import ODD_MODULES, json_values

from treadle.core.pipeline import Node, Pipeline, Sweep
from treadle.core.validation.validate import validate

if TYPE_CHECKING:
    from treadle.core.validation.problems import Problem


def _only(pipeline: Pipeline) -> Problem:
    found = validate(pipeline)
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


def _typed(**params: Any) -> Pipeline:
    return Pipeline(nodes={"a": Node(module="demo:typed", params=params)}, modules=ODD_MODULES)


@given(st.dictionaries(st.sampled_from([p.name for p in ODD_MODULES["demo:typed"].inputs]), json_values))
def test_any_json_value_is_accepted_or_named(params):
    for problem in validate(_typed(**params)):
        assert problem.code == "value"
        assert problem.where.removeprefix("nodes.a.params.") in params


@pytest.mark.parametrize(
    "params",
    [
        {"f": 3},
        {"f": 0},
        {"f": 10},
        {"i": 3},
        {"p": "data/x.nii"},
        {"p": Path("x")},
        {"t": [1, 2]},
        {"t": (1,)},
        {"many": []},
        {"many": [1]},
        {"maybe": None},
        {"c": "b"},
        {"cs": ["a", "b"]},
        {"u": {"any": [1]}},
        {"u": None},
        {"low": 10**30},
        {"i": "${env:COUNT}"},
        {"f": "${env:SIGMA}"},
        {"c": "${env:CHOICE}"},
        {"many": [1, "${env:N}"]},
        {"p": "${env:HOME}/x"},
    ],
)
def test_a_value_that_fits_is_accepted(params):
    assert validate(_typed(**params)) == []


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"i": True}, "True is a truth value, and a number (int) is expected"),
        ({"i": 2.5}, "2.5 is no int"),
        ({"i": "3"}, "'3' is no int"),
        ({"i": None}, "None is no int"),
        ({"i": [1]}, "a list is no int"),
        ({"s": 3}, "3 is no str"),
        ({"p": 3}, "3 is no pathlib.Path"),
        ({"t": {"a": 1}}, "a dict is no tuple[int]"),
        ({"many": ["a"]}, "the item 'a' is no int"),
        ({"many": "abc"}, "'abc' is no list[int]"),
        ({"f": -0.5}, "-0.5 is outside the range 0 to 10 px"),
        ({"f": float("nan")}, "nan is outside the range 0 to 10 px"),
        ({"f": 10**400}, "a very long number is outside the range 0 to 10 px"),
        ({"low": 0}, "0 is outside the range from 1"),
        ({"high": 10}, "10 is outside the range up to 9"),
        ({"c": "z"}, "'z' is not among the choices: 'a', 'b'"),
        ({"cs": ["a", "z"]}, "'z' is not among the choices: 'a', 'b'"),
    ],
)
def test_a_value_that_does_not_fit_is_named(params, message):
    problem = _only(_typed(**params))
    assert (problem.severity, problem.code, problem.message) == ("error", "value", message)
    assert problem.where == f"nodes.a.params.{next(iter(params))}"


def test_swept_values_are_checked_one_by_one():
    node = Node(module="demo:typed", sweeps={"f": Sweep((1, 2, 30, 4))})
    problem = _only(Pipeline(nodes={"a": node}, modules=ODD_MODULES))
    assert (problem.where, problem.code) == ("nodes.a.sweeps.f[2]", "value")
