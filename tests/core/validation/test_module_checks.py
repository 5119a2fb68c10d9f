"""A description of a module is consistent with itself and with its source, or is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from treadle.core.modules import Module, Port
from treadle.core.pipeline import Pipeline
from treadle.core.validation.validate import validate

if TYPE_CHECKING:
    from treadle.core.validation.problems import Problem


def _only(pipeline: Pipeline) -> Problem:
    found = validate(pipeline)
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


def _module(**parts: Any) -> Pipeline:
    return Pipeline(modules={"m": Module(**parts)})


@pytest.mark.parametrize("name", ["a\0b", "a\u202eb", "a\nb", "   ", "x" * 201])
def test_a_hostile_port_name_is_an_error(name):
    for side in ("inputs", "outputs"):
        problem = _only(_module(path="a:b", **{side: (Port(name=name),)}))
        assert (problem.code, problem.where) == ("name", f"modules.m.{side}[0]")
        assert str(problem).isprintable()


@pytest.mark.parametrize(
    ("parts", "where", "code"),
    [
        ({}, "modules.m", "no-function"),
        ({"path": "a:b", "source": "def b(): ...", "name": "b"}, "modules.m", "two-functions"),
        ({"path": "a:b", "inputs": (Port(name="x"), Port(name="x"))}, "modules.m.inputs[1]", "duplicate"),
        ({"path": "a:b", "inputs": (Port(name="x", low=2, high=1),)}, "modules.m.inputs[0]", "range"),
        ({"path": "a:b", "inputs": (Port(name="x", type="list["),)}, "modules.m.inputs[0].type", "type"),
        ({"path": "a:b", "mutates": ("x",)}, "modules.m.mutates", "no-input"),
        ({"path": "a:b", "returns": "fields"}, "modules.m.outputs", "no-output"),
    ],
)
def test_an_inconsistent_description_of_a_module_is_an_error(parts, where, code):
    problem = _only(_module(**parts))
    assert (problem.code, problem.where) == (code, where)


def test_a_function_given_live_needs_no_path():
    pipeline = _module(outputs=(Port(name="out"),))
    pipeline.functions["m"] = lambda: 1
    assert validate(pipeline) == []


SOURCE = "def twice(x: int, n: int = 2) -> int:\n    return x * n\n"


def _source(text: str = SOURCE, inputs: tuple[Port, ...] | None = None, name: str = "twice") -> Pipeline:
    ports = inputs if inputs is not None else (Port(name="x", type="int"), Port(name="n", type="int", optional=True))
    return _module(source=text, name=name, inputs=ports, outputs=(Port(name="out", type="int"),))


def test_a_source_that_defines_what_is_described_has_no_problems():
    assert validate(_source()) == []


@pytest.mark.parametrize(
    ("pipeline", "message"),
    [
        (_source("def twice(x:\n  oops"), "line 1"),
        (_source(name="thrice"), "defines no function 'thrice'"),
        (_source("x = 1"), "defines no function"),
        (
            _source(inputs=(Port(name="x"), Port(name="n", optional=True), Port(name="y"))),
            "does not define the port 'y'",
        ),
        (_source(inputs=(Port(name="x"),)), "the port 'n' of the source is not described"),
        (
            _source(inputs=(Port(name="x", optional=True), Port(name="n", optional=True))),
            "described as optional",
        ),
        (_source("import os\nos.abort()\n"), "defines no function"),
    ],
)
def test_a_source_that_does_not_define_what_is_described_is_an_error(pipeline, message):
    problem = _only(pipeline)
    assert problem.code == "source"
    assert problem.where.startswith("modules.m.")
    assert message in problem.message
