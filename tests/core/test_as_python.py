from __future__ import annotations

from importlib import resources

import pytest
from hypothesis import given, settings
from pipelines import pipelines

from treadle import Pipeline, fold, sweep, zipped
from treadle.core.as_python import as_python
from treadle.core.document import encode, load
from treadle.core.edits import apply, connect
from treadle.core.errors import UsageError
from treadle.core.pipeline import Comment, Connection, Frame, Node

EXAMPLES = sorted((resources.files("treadle") / "resources" / "examples").glob("*.treadle"), key=lambda path: path.name)


def made_by(script: str) -> Pipeline:
    space = {"__name__": "script"}
    exec(compile(script, "script.py", "exec"), space)
    return space["p"]


def assert_same(pipeline: Pipeline, **how) -> str:
    script = as_python(pipeline, **how)
    assert encode(made_by(script)) == encode(pipeline), script
    return script


@settings(max_examples=60, deadline=None)
@given(pipelines())
def test_the_script_makes_the_same_pipeline(pipeline):
    assert_same(pipeline)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_the_examples_are_scripts_too(file):
    assert_same(load(file))


def test_it_reads_as_a_person_would_have_written_it():
    p = Pipeline("scan", description="Several.")
    values = p.add("operator:add", id="values", a=sweep([1, 2], axis="side"), b=3)
    total = p.add("math:fsum", id="total", seq=values.out.joined("side", on_failure="skip"))
    total.scheme, total.position = "threads", (10, 20)
    script = assert_same(p, installed=dict(p.modules))
    assert 'values = p.add("operator:add", id="values", b=3, a=sweep([1, 2], axis="side"))' in script
    assert 'total = p.add("math:fsum", id="total", seq=values.out.joined("side", on_failure="skip"))' in script
    assert 'total.scheme = "threads"' in script
    assert "convert" not in script


def test_what_has_no_words_in_the_interface_is_written_as_data():
    p = Pipeline("odd")
    p.add("operator:add", id="class", a=1)
    p.nodes["odd"] = Node(module="operator:add", params={"a": 1}, title='a "quote"\n\\')
    apply(p, connect("odd.a", Connection("class.nothing")))
    apply(p, connect("class.b", Connection("odd.out")))
    p.frames["f"] = Frame(title="Frame")
    p.comments["c"] = Comment(text="it's")
    assert_same(p)


def test_folds_zips_and_repeats_are_the_same_again():
    p = Pipeline("loops")
    rows = p.add("operator:add", id="rows", a=[1, 2], b=[3])
    p.add("operator:add", zipped(axis="pair", a=rows.out, b=[4, 5, 6]), id="pairs")
    each = p.add("operator:add", id="each", a=rows.out.each("row"), b=fold(0, axis="row"))
    each.repeat("out", 5, a="out")
    p.add("operator:neg", id="applied", a=rows.out.each().apply("operator:abs"))
    assert_same(p)


def test_a_module_described_otherwise_than_it_is_installed_is_written_down():
    p = Pipeline("older")
    p.add("operator:add", id="sum", a=1, b=2)
    installed = {"operator:add": p.modules["operator:add"].without_help()}
    assert "Module" not in as_python(p, installed)
    assert "Module" in as_python(p, {})
    assert_same(p, installed=installed)


def test_what_cannot_be_saved_is_named():
    p = Pipeline("live")
    p.add("operator:add", id="sum", a=object(), b=2)
    with pytest.raises(UsageError, match="cannot be written"):
        as_python(p)
