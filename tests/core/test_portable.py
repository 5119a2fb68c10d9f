"""The source of a script's function is kept with all it refers to, or the reason why not is named."""

from __future__ import annotations

import ast
import runpy
import sys
import types

import pytest

from treadle.core.document import decode, encode
from treadle.core.errors import UsageError
from treadle.core.pipeline import Pipeline
from treadle.core.portable import portable_source
from treadle.core.validation.validate import validate

SCRIPT = '''
"""A script, which is executed here as ``__main__``."""
import json
import math
import os.path
import xml.etree.ElementTree as tree
from collections import Counter
from collections.abc import Mapping
from math import floor as down
from pathlib import Path
from typing import NamedTuple

OFFSET = 10
NAMES = {"a": [1, 2]}
HANDLE = open(__file__)
SELF = []
SELF.append(SELF)


class Pair(NamedTuple):
    left: int
    right: int


def helper(x):
    return x + OFFSET


def even(n):
    return n == 0 or odd(n - 1)


def odd(n):
    return n != 0 and even(n - 1)


def plain(x: int) -> int:
    return abs(x)


def uses_all(x: int) -> str:
    pair = Pair(down(helper(x) + 0.5), math.floor(2.5))
    words = Counter([os.path.basename("a/b"), tree.Element("e").tag, *NAMES])
    return json.dumps([pair.left, pair.right, sorted(words), isinstance(words, Mapping), Path("x").name])


def uses_handle(x):
    return HANDLE.read()


other_name = plain
SIZES = {1: (2, b"3"), 2: {4}}


def uses_other_name(x):
    return other_name(x) + SIZES[1][0]


def uses_self(x):
    return SELF


def typed(x: Mapping[str, Pair]) -> Pair:
    return x["a"]


def closure():
    hidden = 1

    def inner(x):
        return x + hidden

    return inner


holding = closure()
anonymous = lambda x: x
'''


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("script") / "script.py"
    path.write_text(SCRIPT)
    return path


@pytest.fixture
def script(path, monkeypatch):
    """A script as Python sees it while it runs: in ``sys.modules``, and found by no import."""
    module = types.ModuleType("loom_script")
    module.__file__ = str(path)
    monkeypatch.setitem(sys.modules, "loom_script", module)
    exec(compile(SCRIPT, str(path), "exec"), vars(module))
    yield vars(module)
    module.HANDLE.close()


@pytest.fixture
def main(path):
    found = runpy.run_path(str(path), run_name="__main__")
    yield found
    found["HANDLE"].close()


def _elsewhere(source, name):
    scope = {"__name__": "elsewhere"}
    exec(compile(source, "elsewhere", "exec"), scope)
    return scope[name]


def test_a_function_without_references_is_its_own_text(script):
    assert portable_source(script["plain"]) == "def plain(x: int) -> int:\n    return abs(x)\n"


def test_imports_constants_classes_and_helpers_come_along(script):
    source = portable_source(script["uses_all"])
    assert _elsewhere(source, "uses_all")(5) == script["uses_all"](5)
    assert "HANDLE" not in source
    names = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    assert names == ["helper", "uses_all"]


def test_functions_that_call_each_other_come_along_once(script):
    source = portable_source(script["even"])
    assert _elsewhere(source, "even")(10)
    assert source.count("def odd") == source.count("def even") == 1


def test_a_function_under_another_name_and_constants_of_any_literal_come_along(script):
    source = portable_source(script["uses_other_name"])
    assert _elsewhere(source, "uses_other_name")(-5) == 7


def test_types_of_annotations_come_along(script):
    source = portable_source(script["typed"])
    assert _elsewhere(source, "typed")({"a": 1}) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("anonymous", "a lambda has no name"),
        ("holding", "holds on to hidden"),
        ("uses_handle", "'uses_handle' uses 'HANDLE', a TextIOWrapper"),
        ("uses_self", "'uses_self' uses 'SELF', a list"),
    ],
)
def test_what_cannot_come_along_is_named_with_a_remedy(script, name, message):
    with pytest.raises(UsageError, match=message) as caught:
        portable_source(script[name])
    assert "Put it in a file that can be imported" in caught.value.remedy


def test_a_function_without_text_is_named():
    with pytest.raises(UsageError, match="the source of 'made' cannot be found"):
        portable_source(_elsewhere("def made(x):\n    return x\n", "made"))


def test_the_same_function_gives_the_same_text(script):
    assert portable_source(script["uses_all"]) == portable_source(script["uses_all"])


def test_a_function_of_a_script_is_saved_and_checked_as_source(main):
    pipeline = Pipeline()
    node = pipeline.add(main["plain"], x=3)
    pipeline.add(main["plain"], x=node.out.apply(main["helper"]))
    assert pipeline.check() == []
    loaded = decode(encode(pipeline))
    assert validate(loaded) == []
    assert encode(loaded) == encode(pipeline)
    sources = [module.source for module in loaded.modules.values()]
    assert sorted(source.splitlines()[0] for source in sources) == [
        "OFFSET = 10",
        "def plain(x: int) -> int:",
    ]
    assert all(module.runs_code for module in loaded.modules.values())


def test_a_lambda_can_be_placed_but_not_saved(main):
    pipeline = Pipeline()
    pipeline.add(main["plain"], x=pipeline.add(main["plain"], x=1).out.apply(main["anonymous"]))
    with pytest.raises(UsageError, match="a lambda has no name"):
        encode(pipeline)


def numbers_of_the_script(numbers: list[int]) -> float:
    total = sum(numbers)
    return total / len(numbers)


numbers = object()
total = object()


def test_a_name_of_the_script_that_an_argument_or_variable_hides_does_not_come_along():
    assert "object" not in portable_source(numbers_of_the_script)
