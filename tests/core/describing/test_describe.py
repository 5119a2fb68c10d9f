"""A live function is described by its signature, its annotations and its words."""

from __future__ import annotations

import builtins
import enum
import functools
import math
import sys
import textwrap
from collections import namedtuple
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypedDict

import msgspec
import numpy as np
import pytest
import scipy.ndimage
import scipy.special

from treadle import Choices, Range, Schemes, Unit, module
from treadle.core.describing.describe import describe, describe_path, import_path_of
from treadle.core.errors import ModuleLookupError
from treadle.core.modules import Module

if TYPE_CHECKING:
    from decimal import Decimal


class Colour(enum.Enum):
    RED = 1


class Pair(NamedTuple):
    """Two.

    Attributes:
        low: the low one
    """

    low: Annotated[float, Unit("K")]
    high: list[Path]


@dataclass
class Record:
    name: str
    size: int = 0


class Row(TypedDict):
    a: int
    b: str


@module(
    title="Smooth",
    category="Images",
    schemes=Schemes(threads=True),
    n_procs=0,
    mem_gb=0.5,
    mutates=("image",),
)
def smooth(image: np.ndarray, sigma: Annotated[float, Range(0.1, 50), Unit("px")] = 2.0) -> np.ndarray:
    """Smooth an image.

    Args:
        image: the image

    Returns:
        the smooth one
    """
    return image * sigma


def pair() -> Pair:
    """Give two.

    Returns
    -------
    high : list
        the high one
    """
    return Pair(1.0, [])


ANYTHING = object()


def defaults(
    path=Path("a/b"),
    colour=Colour.RED,
    limit=math.inf,
    sizes=(1, 2),
    table={"a": [1]},  # noqa: B006
    deep=ANYTHING,
    none=None,
):
    return path, colour, limit, sizes, table, deep, none


def passing(first, /, second, *rest: int, third, **more):
    return first, second, rest, third, more


def lazily(amount: Decimal, text: "str" = "") -> Decimal | None:  # noqa: UP037
    return amount


class Thing:
    def __init__(self, size: int):
        """Make one.

        Args:
            size: how big
        """
        self.size = size

    def grow(self, by: int) -> int:
        return self.size + by

    @classmethod
    def small(cls) -> Thing:
        return cls(0)

    def __call__(self, x: float) -> str:
        return str(x)


def port(found: Module, name: str):
    return found.input_ports[name]


def test_a_declared_function_is_described_with_everything_it_says():
    found = describe(smooth, "mine:smooth")
    assert (found.path, found.title, found.category, found.n_procs, found.mem_gb) == (
        "mine:smooth", "Smooth", "Images", 0, 0.5,
    )  # fmt: skip
    assert found.schemes.threads
    assert found.mutates == ("image",)
    assert (found.help, found.outputs[0].help) == ("Smooth an image.", "the smooth one")
    assert (port(found, "image").type, port(found, "image").help) == ("numpy.ndarray", "the image")
    sigma = port(found, "sigma")
    assert (sigma.type, sigma.low, sigma.high, sigma.unit, sigma.default) == ("float", 0.1, 50.0, "px", 2.0)
    assert sigma.optional
    assert not port(found, "image").optional
    assert (found.output_ports["out"].type, found.returns) == ("numpy.ndarray", "value")


def test_a_description_survives_its_file_format():
    found = describe(smooth, "mine:smooth")
    assert msgspec.json.decode(msgspec.json.encode(found), type=Module) == found


def test_the_fields_of_a_named_tuple_are_outputs():
    found = describe(pair)
    assert [(p.name, p.type, p.unit, p.help) for p in found.outputs] == [
        ("low", "float", "K", "the low one"),
        ("high", "list[pathlib.Path]", "", "the high one"),
    ]
    assert found.returns == "fields"


Bare = namedtuple("Bare", "x y")


@pytest.mark.parametrize(
    ("cls", "names"), [(Record, ["name", "size"]), (Row, ["a", "b"]), (Bare, ["x", "y"]), (dict, ["out"])]
)
def test_the_fields_of_any_record_class_are_outputs(cls, names):
    def function():
        return None

    function.__annotations__["return"] = cls
    assert [p.name for p in describe(function).outputs] == names


def test_a_default_is_kept_where_a_file_can_say_it():
    found = describe(defaults)
    assert {p.name: p.default for p in found.inputs} == {
        "path": "a/b", "colour": None, "limit": None, "sizes": [1, 2], "table": {"a": [1]},
        "deep": None, "none": None,
    }  # fmt: skip
    assert all(p.optional for p in found.inputs)


def test_each_argument_says_how_it_is_passed():
    found = describe(passing)
    assert [(p.name, p.passing, p.type, p.optional) for p in found.inputs] == [
        ("first", "positional", "any", False),
        ("second", "positional", "any", False),
        ("rest", "variadic", "list[int]", True),
        ("third", "keyword", "any", False),
    ]
    assert found.open_inputs
    assert found.input("anything") is not None


def test_annotations_for_type_checkers_alone_are_read_without_importing():
    found = describe(lazily)
    assert port(found, "amount").type == "decimal.Decimal"
    assert port(found, "text").type == "str"
    assert found.outputs[0].type == "decimal.Decimal | None"


def test_a_function_that_returns_none_has_one_output_of_that_type():
    def function() -> None: ...

    assert [(p.name, p.type) for p in describe(function).outputs] == [("out", "None")]


def test_a_class_gives_its_instances():
    found = describe(Thing)
    assert (found.outputs[0].type, found.returns) == (f"{__name__}.Thing", "value")
    assert port(found, "size").help == "how big"


def test_a_method_of_a_class_takes_the_instance():
    assert port(describe(Thing.grow), "self").type == f"{__name__}.Thing"
    assert port(describe(str.upper), "self").type == "str"


def test_partial_functions_and_callable_objects_are_functions():
    assert [p.name for p in describe(functools.partial(passing, 1)).inputs][0] == "second"  # noqa: RUF015
    found = describe(Thing(1))
    assert ([p.name for p in found.inputs], found.outputs[0].type) == (["x"], "str")


def test_wrapped_functions_show_the_signature_of_what_they_wrap():
    @functools.wraps(smooth)
    def wrapper(*args: Any, **kwargs: Any):
        return smooth(*args, **kwargs)

    assert [p.name for p in describe(wrapper).inputs] == ["image", "sigma"]


def test_functions_of_numpy_and_scipy_are_described():
    add = describe(np.add)
    assert [(p.name, p.passing) for p in add.inputs][:2] == [("x1", "positional"), ("x2", "positional")]
    assert add.help.startswith("Add arguments")
    gauss = describe(scipy.ndimage.gaussian_filter)
    assert (gauss.path, port(gauss, "mode").default) == ("scipy.ndimage:gaussian_filter", "reflect")
    assert "kernel" in port(gauss, "sigma").help


class FakeUfunc:
    """A ufunc of numpy before its signatures could be read."""

    nin = 2

    @property
    def __signature__(self):
        raise ValueError("no signature")

    def __call__(self, *arguments):
        return arguments


class Unreadable(FakeUfunc):
    nin = None


def test_a_ufunc_without_signature_has_as_many_inputs_as_it_takes():
    assert [(p.name, p.passing) for p in describe(FakeUfunc()).inputs] == [
        ("x1", "positional"), ("x2", "positional"),
    ]  # fmt: skip


def test_what_tells_nothing_of_its_arguments_takes_any():
    found = describe(Unreadable())
    assert found.open_inputs
    assert [(p.name, p.passing) for p in found.inputs] == [("args", "variadic")]
    assert "cannot be read" in found.help


@pytest.mark.parametrize("name", sorted(name for name in dir(builtins) if callable(getattr(builtins, name))))
def test_every_builtin_is_described(name):
    assert describe(getattr(builtins, name)).outputs


def test_builtins_with_several_signatures_stay_open():
    found = describe(max)
    assert [p.name for p in found.inputs] == ["iterable", "args"]
    assert found.open_inputs


def test_what_is_no_function_is_refused_with_a_remedy():
    with pytest.raises(ModuleLookupError, match=r"but a value of type 'float'\. Name a function"):
        describe(math.pi)


def test_an_option_about_an_unknown_argument_is_refused():
    with pytest.raises(ModuleLookupError, match="Did you mean 'image'"):
        describe(module(mutates=("imge",))(lambda image: image))


def test_an_option_of_the_wrong_type_is_refused():
    with pytest.raises(ModuleLookupError, match="n_procs"):
        describe(module(n_procs=-1)(lambda image: image))


def test_choices_that_no_file_can_say_are_left_out():
    def function(x: Any): ...

    function.__annotations__["x"] = Annotated[Any, Choices(object(), 1)]
    assert port(describe(function), "x").choices == ()


@pytest.mark.parametrize(
    ("function", "path"),
    [
        (math.sin, "math:sin"),
        (str.upper, "builtins:str.upper"),
        (dict.fromkeys, "builtins:dict.fromkeys"),
        (np.add, "numpy:add"),
        (np.ndarray.tolist, "numpy:ndarray.tolist"),
        (scipy.special.expit, "scipy.special:expit"),
        (scipy.ndimage.gaussian_filter, "scipy.ndimage:gaussian_filter"),
        (Path, "pathlib:Path"),
        (lambda: 0, None),
        ([].append, None),
        (functools.partial(int), None),
        (Thing(1).grow, None),
        (Thing(1), None),
    ],
)
def test_the_path_of_a_function_leads_back_to_it(function, path):
    assert import_path_of(function) == path


def test_local_functions_and_those_of_a_script_have_no_path(monkeypatch):
    def local(): ...

    assert import_path_of(local) is None
    main = functools.update_wrapper(lambda: 0, local)
    main.__module__, main.__qualname__ = "__main__", "local"
    monkeypatch.setattr(sys.modules["__main__"], "local", main, raising=False)
    assert import_path_of(main) is None
    assert (describe(main).path, describe(main).name) == ("", "local")


def test_a_shadowed_function_has_no_path(monkeypatch):
    monkeypatch.setattr(math, "sin", math.cos)
    assert import_path_of(math.cos) == "math:cos"
    assert import_path_of(FAKE_SIN) is None


FAKE_SIN = math.sin


def test_a_path_is_imported_and_described():
    assert describe_path("json:loads").path == "json:loads"
    assert describe_path("numpy:ndarray.tolist").path == "numpy:ndarray.tolist"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("scipy.ndimage.gaussian_filter", "Did you mean 'scipy.ndimage:gaussian_filter'"),
        ("", "Write package.module:function"),
        ("a b:c", "is not an import path"),
        ("os:system\n", "is not an import path"),
        ("nonumpy:array", "there is no module 'nonumpy'"),
        ("skimagee:x", "Did you mean 'skimage'"),
        ("zzqqxx:x", "pip install zzqqxx"),
        ("numpy.linlg:inv", "Did you mean 'linalg'"),
        ("numpy:arange2", "Did you mean 'arange'"),
        ("math:pi", "it is no function, but a value of type 'float'"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_with_a_remedy(path, said):
    with pytest.raises(ModuleLookupError, match=said) as caught:
        describe_path(path)
    assert caught.value.where == path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import surely_not_there", "needs 'surely_not_there', which is not installed"),
        ("1 / 0", "failed: ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "failed: SystemExit: 3"),
        ("def f(:", "failed: SyntaxError"),
    ],
)
def test_a_module_that_cannot_be_imported_is_refused_with_its_reason(text, said, tmp_path, monkeypatch):
    (tmp_path / "broken_on_purpose.py").write_text(textwrap.dedent(text))
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleLookupError, match=said):
        describe_path("broken_on_purpose:f")
