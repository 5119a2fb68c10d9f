"""Building a pipeline from Python makes the same document as drawing it, and refuses what cannot be meant."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec import structs

from treadle.core.authoring import SETTINGS, fold, savable, sweep, zipped
from treadle.core.document import decode, encode
from treadle.core.errors import ModuleLookupError, UsageError
from treadle.core.pipeline import Connection, Each, Fold, Join, Pipeline, Repeat, Sweep, Zip
from treadle.core.planning.make_plan import make_plan


class Stats(NamedTuple):
    mean: float
    title: str


def numbers(count: int = 3) -> list[float]:
    return [float(i) for i in range(count)]


def scale(x: float, factor: float = 2.0) -> float:
    return x * factor


def summarise(rows: list[float]) -> Stats:
    return Stats(sum(rows), "sum")


def step(state: float, limit: float = 3.0) -> tuple[float, bool]:
    return state + 1, state < limit


@pytest.fixture
def p():
    return Pipeline("demo")


def test_keywords_set_parameters_and_outputs_connect(p):
    first = p.add(numbers, count=4)
    second = p.add(scale, x=first.out.each("n"), factor=3.0)
    third = p.add(summarise, rows=second.out.joined())
    assert [first.id, second.id, third.id] == ["numbers", "scale", "summarise"]
    assert p.nodes["numbers"].params == {"count": 4}
    assert p.connections == {
        "scale.x": Connection("numbers.out", Each("n")),
        "summarise.rows": Connection("scale.out", join=Join()),
    }
    assert p.check() == []
    assert [node.id for node in make_plan(p).nodes] == ["numbers", "scale", "summarise"]


def test_a_node_with_one_output_stands_for_it(p):
    first = p.add(numbers)
    p.add(summarise, rows=first)
    assert p.connections["summarise.rows"] == Connection("numbers.out")


def test_fields_of_a_named_tuple_are_outputs_also_under_the_name_of_a_setting(p):
    node = p.add(summarise, rows=[1.0])
    assert node.outputs == ("mean", "title")
    assert node["title"].endpoint == "summarise.title"
    assert (node.mean.endpoint, node.title) == ("summarise.mean", "")


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("mena", r"Did you mean \.mean\?"),
        ("gone", r"Its outputs are \.mean, \.title"),
        ("out", r"Its outputs are \.mean, \.title"),
        ("timeot", r"Did you mean its setting 'timeout'\?"),
    ],
)
def test_an_output_that_is_not_there_is_answered_with_those_there_are(p, name, remedy):
    node = p.add(summarise, rows=[1.0])
    with pytest.raises(UsageError, match=f"'summarise' has no output '{name}'. {remedy}"):
        node[name]
    with pytest.raises(AttributeError, match=f"has no output or setting '{name}'. {remedy}"):
        getattr(node, name)
    with pytest.raises(AttributeError):
        node.__wrapped__  # noqa: B018
    assert repr(node) == "<node summarise>"


def test_an_input_that_is_not_there_is_named_before_anything_is_placed(p):
    with pytest.raises(UsageError, match="'Scale' has no input 'fctor'") as caught:
        p.add(scale, x=1.0, fctor=2.0)
    assert "factor" in caught.value.remedy
    with pytest.raises(UsageError, match="has no input 'y'"):
        p.add(scale, zipped(y=[1]), x=1.0)
    assert p.nodes == {}


def test_settings_are_attributes_of_a_node(p):
    node = p.add(numbers)
    node.n_procs, node.mem_gb, node.retries, node.timeout, node.scheme = 2, 1.5, 1, 60, "serial"
    assert (p.nodes["numbers"].n_procs, node.timeout) == (2, 60)
    assert all(hasattr(node, name) for name in SETTINGS)
    with pytest.raises(AttributeError, match=r"no setting 'timout'. Did you mean 'timeout'\?"):
        node.timout = 1


def test_ids_are_unique_and_those_given_are_checked(p):
    assert [p.add(numbers).id for _ in range(3)] == ["numbers", "numbers_2", "numbers_3"]
    assert p.add(numbers, id="mine").id == "mine"
    with pytest.raises(UsageError, match="there is a node 'mine' already"):
        p.add(numbers, id="mine")
    for hostile in ("../x", "a.b", "a b", "9", "x" * 101, "a\n"):
        with pytest.raises(UsageError, match="cannot be a node's id"):
            p.add(numbers, id=hostile)


def test_a_sweep_makes_an_axis(p):
    p.add(scale, x=1.0, factor=sweep([1, 2], axis="f"))
    assert p.nodes["scale"].sweeps == {"factor": Sweep((1, 2), "f")}


def test_lists_and_outputs_can_be_zipped(p):
    first = p.add(numbers)
    p.add(scale, zipped("pair", x=first.out, factor=[1.0, 2.0, 3.0]))
    node = p.nodes["scale"]
    assert (node.zips, node.sweeps) == ((Zip(("x", "factor"), "pair"),), {"factor": Sweep((1.0, 2.0, 3.0))})
    assert p.connections["scale.x"] == Connection("numbers.out")
    assert p.check() == []
    with pytest.raises(UsageError, match=r"zipped\(\) needs the lists"):
        zipped("pair")


def test_a_fold_has_a_start_which_may_be_an_output(p):
    p.add(scale, x=fold(0.0), factor=sweep([1, 2]))
    assert p.nodes["scale"].fold == Fold("x")
    assert p.nodes["scale"].params == {"x": 0.0}
    start = p.add(scale, id="start", x=1.0)
    p.add(scale, id="other", x=fold(start.out, axis="factor"), factor=sweep([1, 2]))
    assert p.connections["other.x"] == Connection("start.out")
    assert p.check() == []


def test_a_node_can_be_repeated(p):
    node = p.add(scale, x=1.0).repeat("out", bound=5, x="out")
    assert p.nodes[node.id].repeat == Repeat({"x": "out"}, "out", 5)
    assert p.check() == []


def test_each_joined_and_apply_give_a_new_output_each(p):
    out = p.add(numbers).out
    assert (out.each().mapped, out.mapped) == (Each(), None)
    joined = out.joined("a", "b", on_failure="skip", nested=True, with_labels=True)
    assert joined.join == Join(("a", "b"), "skip", nested=True, with_labels=True)
    p.add(scale, x=out.each().apply(scale))
    key = p.connections["scale.x"].apply
    assert p.functions[key] is scale


def test_an_output_of_another_pipeline_is_refused(p):
    other = Pipeline().add(numbers)
    with pytest.raises(UsageError, match=r"'numbers.out' belongs to another pipeline"):
        p.add(summarise, rows=other.out)


def test_an_import_path_is_a_module_and_a_wrong_one_is_named(p):
    node = p.add("glob:glob", pathname="*.nii")
    assert (node.id, node.outputs) == ("glob", ("out",))
    assert p.modules["glob:glob"].path == "glob:glob"
    for path in ("glob:golb", "no_such_package:f", "not a path"):
        with pytest.raises((ModuleLookupError, UsageError)):
            p.add(path)


def test_a_group_has_the_ports_that_are_given_and_not_used_inside(p):
    inner = Pipeline("Prepare")
    inner.add(summarise, rows=inner.add(scale, id="s").out)
    group = p.add_group(inner, id="prep", x=1.0)
    node = p.nodes["prep"]
    assert node.group is not None
    assert node.group.inputs == {"x": ("s.x",)}
    assert group.outputs == ("mean", "title")
    assert (node.title, node.params) == ("Prepare", {"x": 1.0})
    with pytest.raises(UsageError, match="the group 'more' has no input 'y'"):
        p.add_group(inner, id="more", y=1)
    inner.add(numbers, id="later")
    assert "later" not in node.group.nodes


def test_ports_of_a_group_with_the_same_name_are_told_apart(p):
    inner = Pipeline()
    inner.add(scale, id="a")
    inner.add(scale, id="b")
    group = p.add_group(inner, id="g", a_x=1.0, b_x=2.0)
    assert group.outputs == ("a_out", "b_out")
    assert p.check() == []


def test_two_scripts_functions_of_one_name_are_two_modules(p):
    def make():
        def twin(x: int) -> int:
            return x

        return twin

    first, second = make(), make()
    p.add(first, x=1)
    p.add(second, x=1)
    p.add(first, x=2)
    assert len(p.functions) == 2


def test_groups_with_functions_of_one_name_do_not_share_them():
    def make(offset):
        scope = {}
        exec(f"def shift(x: int) -> int:\n    return x + {offset}\n", scope)
        scope["shift"].__module__ = "__main__"
        return scope["shift"]

    outer, inner = Pipeline(), Pipeline()
    mine, theirs = make(1), make(2)
    outer.add(mine, x=1)
    inner.add(theirs)
    outer.add_group(inner, id="g", x=1)
    group = outer.nodes["g"].group
    assert group is not None
    assert outer.functions[outer.nodes["shift"].module] is mine
    assert outer.functions[group.nodes["shift"].module] is theirs


def test_a_snapshot_is_not_changed_by_later_edits(p):
    p.add(numbers)
    copied = p.copy()
    p.add(numbers)
    assert list(copied.nodes) == ["numbers"]
    assert copied.functions == {key: p.functions[key] for key in copied.functions}


def test_savable_leaves_the_pipeline_alone(p):
    p.add(scale, x=1.0)
    before = structs.asdict(p)
    savable(p)
    assert structs.asdict(p) == before
    assert decode(encode(p)).nodes == p.nodes


def test_a_node_is_found_by_its_path_and_a_wrong_one_is_suggested(p):
    inner = Pipeline()
    inner.add(numbers)
    p.add_group(inner, id="g")
    assert p.node("g/numbers").module.endswith("numbers")
    with pytest.raises(UsageError, match="there is no node 'g/numbrs'") as caught:
        p.node("g/numbrs")
    assert "g/numbers" in caught.value.remedy


def test_saving_trusts_the_file_and_loading_gives_the_pipeline_back(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    from treadle.core.trust import TrustStore

    pipeline = Pipeline("kept")
    pipeline.add("glob:glob", pathname=Path("*.nii"))
    path = pipeline.save(tmp_path / "p.treadle")
    loaded = Pipeline.load(path)
    assert loaded.title == "kept"
    assert TrustStore().is_trusted(loaded)
