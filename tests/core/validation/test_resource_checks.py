"""What a node or a module asks for can be given, or is named with what it should be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from treadle.core.modules import Module
from treadle.core.pipeline import Node, Pipeline
from treadle.core.validation.validate import validate
from treadle.core.worker.declare import Schemes

if TYPE_CHECKING:
    from treadle.core.validation.problems import Problem

STEP = Module(path="a:step")


def _problems(module: Module = STEP, **settings: Any) -> list[Problem]:
    return validate(Pipeline(nodes={"a": Node(module="step", **settings)}, modules={"step": module}))


def _amounts(name: str, low: Any) -> list[tuple[str, object]]:
    return [(name, value) for value in (low, math.nan, math.inf, True, "2", [2], "")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *_amounts("n_procs", -1), ("n_procs", 1.5), *_amounts("mem_gb", -0.1), *_amounts("timeout", 0),
        *_amounts("retries", -1), ("retries", 1001), ("retries", None),
    ],
)  # fmt: skip
def test_what_cannot_be_given_is_an_error_with_what_it_should_be(name, value) -> None:
    (problem,) = _problems(**{name: value})
    assert (problem.severity, problem.where) == ("error", f"nodes.a.{name}")
    assert problem.message.startswith(f"{name} is {value!r}, and must be a ")


@pytest.mark.parametrize(
    "settings",
    [{"n_procs": 0, "mem_gb": 0, "timeout": 1e-3, "retries": 0}, {"n_procs": 64, "mem_gb": 1.5, "timeout": 3}],
)
def test_what_can_be_given_is_no_problem(settings) -> None:
    assert _problems(**settings) == []


@pytest.mark.parametrize(("name", "value"), [("n_procs", -1), ("n_procs", "2"), ("mem_gb", math.nan), ("mem_gb", None)])
def test_what_a_module_asks_for_is_checked_alike(name, value) -> None:
    (problem,) = _problems(Module(path="a:step", **{name: value}))
    assert (problem.severity, problem.where) == ("error", f"modules.step.{name}")


def test_a_scheme_that_nobody_knows_is_a_warning_with_a_suggestion() -> None:
    (of_node,) = _problems(scheme="thread")
    (of_module,) = _problems(Module(path="a:step", schemes=Schemes(overrides={"ipyton": False, "serial": True})))
    assert (of_node.severity, of_node.where) == ("warning", "nodes.a.scheme")
    assert "'threads'" in of_node.remedy
    assert (of_module.severity, of_module.where) == ("warning", "modules.step.schemes.overrides")
    assert "'ipython'" in of_module.remedy


@pytest.mark.parametrize("value", [None, 3])
def test_a_scheme_that_is_no_name_is_an_error(value) -> None:
    (problem,) = _problems(scheme=value)
    assert (problem.severity, problem.where) == ("error", "nodes.a.scheme")
