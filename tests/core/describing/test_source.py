"""A function in source text is described without executing anything."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.core.describing.source import describe_source
from treadle.core.errors import ModuleLookupError

SOURCE = '''
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, NamedTuple, TYPE_CHECKING

import treadle
from treadle import Range, Schemes, Unit, module

if TYPE_CHECKING:
    import numpy as np

raise SystemExit("executed")


class Result(NamedTuple):
    """A result.

    Attributes:
        image: the image
    """

    image: np.ndarray
    count: Annotated[int, Unit("px")]


@dataclass(frozen=True)
class Longer:
    kind: ClassVar[str] = "x"
    first: int


class Longest(Longer):
    second: list[Path]


def helper(x):
    return x


@module(
    title="Find", schemes=Schemes(True, overrides={"ipython": False}),
    n_procs=2, mem_gb=compute(), mutates=("image",),
)
def find(
    image: np.ndarray, /, sigma: Annotated[float, Range(0.1, 50), Unit("px")] = 2.0, *rest: int,
    folder: Path = Path("a/b"), near: "str | None" = None, made=helper(1), **options,
) -> Result:
    """Find things.

    Args:
        image: where
    """


def longest() -> "Longest": ...
'''


def test_a_function_is_described_from_its_text_alone():
    found = describe_source(SOURCE, "find")
    assert (found.source, found.name, found.path, found.runs_code) == (SOURCE, "find", "", True)
    assert (found.title, found.n_procs, found.mem_gb, found.mutates) == ("Find", 2, 0.25, ("image",))
    assert found.schemes.threads
    assert not found.schemes.supports("ipython")
    assert [(p.name, p.type, p.passing, p.optional, p.default) for p in found.inputs] == [
        ("image", "numpy.ndarray", "positional", False, None),
        ("sigma", "float", "positional", True, 2.0),
        ("rest", "list[int]", "variadic", True, None),
        ("folder", "pathlib.Path", "keyword", True, "a/b"),
        ("near", "str | None", "keyword", True, None),
        ("made", "any", "keyword", True, None),
    ]
    sigma = found.input_ports["sigma"]
    assert (sigma.low, sigma.high, sigma.unit) == (0.1, 50.0, "px")
    assert found.open_inputs
    assert (found.help, found.input_ports["image"].help) == ("Find things.", "where")


def test_the_fields_of_a_class_in_the_text_are_outputs():
    found = describe_source(SOURCE, "find")
    assert [(p.name, p.type, p.unit, p.help) for p in found.outputs] == [
        ("image", "numpy.ndarray", "", "the image"),
        ("count", "int", "px", ""),
    ]
    assert found.returns == "fields"


def test_the_last_function_is_taken_unless_one_is_named():
    found = describe_source(SOURCE)
    assert found.name == "longest"
    assert [p.name for p in found.outputs] == ["first", "second"]


def test_a_plain_function_gives_one_value():
    found = describe_source("def f(x: int) -> float: return x / 2")
    assert [(p.name, p.type) for p in found.outputs] == [("out", "float")]
    assert [(p.name, p.type) for p in describe_source("def f(): pass").outputs] == [("out", "any")]
    assert [(p.name, p.type) for p in describe_source("def f() -> None: pass").outputs] == [("out", "None")]


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("def f(:\n  pass", "", "line 1: the source is not valid Python"),
        ("x = 1\ndef f()\n  pass", "", "line 2: the source is not valid Python"),
        ("x = 1", "", "defines no function"),
        ("def smooth(): pass", "smoth", "Did you mean 'smooth'"),
        (
            "from treadle import module\n@module(titel='x')\ndef f(): pass",
            "",
            "line 2: @module has no option 'titel'",
        ),
        ("import treadle\n@treadle.module(mutates=('y',))\ndef f(x): pass", "", "mutates='y' is no argument"),
        ("from treadle import module\n@module(n_procs='2')\ndef f(x): pass", "", "cannot be described"),
        ("\0", "", "source"),
    ],
)
def test_text_without_such_a_function_is_refused_with_a_remedy(text, name, said):
    with pytest.raises(ModuleLookupError, match=said):
        describe_source(text, name)


def test_a_decorator_of_somebody_else_is_not_read():
    assert describe_source("from other import module\n@module(titel='x')\ndef f(): pass").title == ""


def test_describing_source_imports_nothing_of_what_it_names():
    script = (
        "import sys, treadle.core.describing.source as s\n"
        "s.describe_source('import numpy as np\\ndef f(x: np.ndarray) -> np.ndarray: ...')\n"
        "heavy = {'numpy', 'networkx', 'ipyparallel', 'PyQt6'} & set(sys.modules)\n"
        "raise SystemExit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


PIECES = st.sampled_from(
    [
        "def f(x: int = 1): ...",
        "def f(*a, **k) -> R: ...",
        "class R(R): a: int",
        "class R(NamedTuple): a: b",
        "@module(1)",
        "@module(schemes=Schemes(1, 2, 3, 4))",
        "@module(title=3)",
        "def f(x: f'{x}'): ...",
        "x = y",
        "y = x",
        "import a.b as c",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=5).map("\n".join)))
def test_any_text_is_described_or_refused(text):
    with suppress(ModuleLookupError):
        assert describe_source(text).name
