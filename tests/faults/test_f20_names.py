"""F20: hostile names: the format refuses them where they name things, and elsewhere they stay mere text."""

from __future__ import annotations

import json

import pytest

from treadle.core.document import decode, encode, save
from treadle.core.errors import FileError, UsageError
from treadle.core.modules import Module, Port
from treadle.core.pipeline import Comment, Frame, Group, Node, Pipeline
from treadle.core.validation.validate import validate

HOSTILE = [
    "../../x",
    "/etc/passwd",
    "a\0b",
    "a\u202eb",
    "x" * 10_000,
    "-rf",
    "$(touch x)",
    "`touch x`",
    "; rm -rf ~",
    "<script>alert(1)</script>",
    "a\nb",
    "a b",
    ".",
    "..",
    "",
    "ａ",
    "a/b",
    "a.b",
    "a\n",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("section", ["nodes", "frames", "comments"])
def test_an_id_is_refused_by_the_format(section, name):
    for tree in ({section: {name: {}}}, {"nodes": {"g": {"group": {section: {name: {}}}}}}):
        with pytest.raises(FileError) as caught:
            decode(json.dumps({"treadle": 1, **tree}).encode())
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", HOSTILE)
def test_an_id_is_refused_by_the_python_interface_and_the_check(name):
    pipeline = Pipeline(nodes={name: Node(module="m")}, modules={"m": Module(path="a:b")})
    assert [problem.code for problem in validate(pipeline)] == ["name"]
    if name:
        with pytest.raises(UsageError, match="cannot be a node's id"):
            Pipeline().add(len, id=name)


@pytest.mark.parametrize("name", [n for n in HOSTILE if n not in {"a.b"}])
def test_an_end_of_a_connection_with_such_a_node_is_refused_by_the_format(name):
    for tree in ({f"{name}.x": {"from": "a.b"}}, {"a.b": {"from": f"{name}.x"}}):
        if name in {"a.b", "x" * 10_000} or not name.replace(".", ""):
            continue
        with pytest.raises(FileError):
            decode(json.dumps({"treadle": 1, "connections": tree}).encode())


@pytest.mark.parametrize("name", HOSTILE)
def test_titles_and_notes_are_only_text(tmp_path, name):
    pipeline = Pipeline(
        name,
        description=name,
        nodes={"n": Node(module="m", title=name, params={"x": name})},
        modules={"m": Module(path="a:b", title=name, inputs=(Port(name="x", type="str"),))},
        frames={"f": Frame(name)},
        comments={"c": Comment(name)},
    )
    assert decode(encode(pipeline)) == pipeline
    assert validate(pipeline) == []
    save(pipeline, tmp_path / "p.treadle")
    assert [path.name for path in tmp_path.iterdir()] == ["p.treadle"]


@pytest.mark.parametrize("name", ["a\0b", "a\u202eb", "x" * 10_000, "a\nb", " ", "a\x7fb", "a\u2066b"])
def test_a_port_name_that_hides_something_is_refused(name):
    described = Pipeline(modules={"m": Module(path="a:b", inputs=(Port(name=name, optional=True),))})
    grouped = Pipeline(nodes={"g": Node(group=Group(inputs={name: ()}))})
    for pipeline in (described, grouped):
        (problem,) = validate(pipeline)
        assert problem.code == "name"
        assert str(problem).isprintable()
        assert len(str(problem)) < 1200


@pytest.mark.parametrize("name", ["../../x", "-rf", "$(touch x)", "<script>", "/etc/passwd"])
def test_a_port_name_is_data_and_may_look_like_anything_printable(name):
    pipeline = Pipeline(
        nodes={"n": Node(module="m", params={name: 1})},
        modules={"m": Module(path="a:b", inputs=(Port(name=name),), outputs=(Port(name=name),))},
    )
    assert validate(decode(encode(pipeline))) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_an_import_path_is_refused_by_the_format(name):
    if not name:
        return
    with pytest.raises(FileError):
        decode(json.dumps({"treadle": 1, "modules": {"m": {"path": name}}}).encode())
    with pytest.raises(FileError):
        decode(json.dumps({"treadle": 1, "modules": {"m": {"path": f"os:{name}/"}}}).encode())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_problem_about_a_hostile_key_is_one_line(name):
    pipeline = Pipeline(nodes={"n": Node(module=name, params={name: 1}, scheme=name)})
    for problem in validate(pipeline):
        assert str(problem).isprintable()
        assert len(str(problem)) < 3000
