"""A file says one pipeline, the same pipeline says one file, and saving is all or nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from pipelines import MODULES, chain, json_values, pipelines

from treadle.core import document
from treadle.core.document import decode, encode, load, save, write_atomically
from treadle.core.edits import apply, update_nodes
from treadle.core.errors import FileError, UsageError
from treadle.core.modules import Module, Port
from treadle.core.pipeline import Node, Pipeline
from treadle.core.schema import FILE, json_schema, schema_text
from treadle.core.worker.declare import Schemes


@given(pipelines())
def test_a_pipeline_is_read_back_as_it_was_written(pipeline):
    data = encode(pipeline)
    again = decode(data)
    assert again == pipeline
    assert encode(again) == data


@given(pipelines(), st.dictionaries(st.text(max_size=5), json_values, max_size=3))
def test_any_json_parameter_survives(pipeline, params):
    pipeline.nodes["extra"] = Node(module="demo:add", params=params)
    pipeline.modules["demo:add"] = MODULES["demo:add"]
    assert decode(encode(pipeline)).nodes["extra"].params == params


@given(pipelines(), st.randoms())
def test_the_order_in_which_a_pipeline_was_built_leaves_no_trace_in_the_file(pipeline, random):
    data = encode(pipeline)
    for section in (
        pipeline.nodes,
        pipeline.connections,
        pipeline.modules,
        pipeline.frames,
        pipeline.comments,
    ):
        items = list(section.items())
        random.shuffle(items)
        section.clear()
        section.update(items)
    assert encode(pipeline) == data


@given(pipelines().filter(lambda p: bool(p.nodes)), st.data())
def test_moving_one_short_node_changes_one_line(pipeline, data):
    plain = [key for key, node in pipeline.nodes.items() if node.group is None and len(node.params) < 2]
    if not plain:
        return
    node_id = data.draw(st.sampled_from(plain))
    pipeline.nodes[node_id] = Node(module=pipeline.nodes[node_id].module, position=(1.0, 2.0))
    before = encode(pipeline).splitlines()
    apply(pipeline, update_nodes(pipeline, {node_id: {"position": (3.0, 4.0)}}))
    after = encode(pipeline).splitlines()
    assert len(before) == len(after)
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


def test_a_section_has_a_line_for_each_entry_in_order_of_name():
    text = encode(chain(3)).decode()
    assert re.findall(r'^    "(n\d)": ', text, re.MULTILINE) == ["n0", "n1", "n2"]
    assert text.startswith('{\n  "treadle": 1,\n')
    assert text.endswith("}\n")


def test_a_parameter_that_is_called_like_a_section_keeps_its_order():
    params = {"nodes": {"b": "x" * 100, "a": 2}}
    pipeline = Pipeline(nodes={"n": Node(module="m", params=params)})
    assert list(decode(encode(pipeline)).nodes["n"].params["nodes"]) == ["b", "a"]


def test_python_source_is_kept_line_by_line_and_read_in_either_form():
    source = "def f(x):\n    return x\n"
    pipeline = Pipeline(nodes={"n": Node(module="f")}, modules={"f": Module(source=source, name="f")})
    data = encode(pipeline)
    assert json.loads(data)["modules"]["f"]["source"] == ["def f(x):", "    return x", ""]
    assert decode(data).modules["f"].source == source
    assert (
        decode(json.dumps({"treadle": 1, "modules": {"f": {"source": source}}}).encode()).modules["f"].source == source
    )


def test_only_modules_in_use_are_written_and_without_prose():
    used = Module(path="a:b", help="long", inputs=(Port(name="x", help="long"),))
    pipeline = Pipeline(nodes={"n": Node(module="a:b")}, modules={"a:b": used, "c:d": Module(path="c:d")})
    modules = json.loads(encode(pipeline))["modules"]
    assert modules == {"a:b": {"path": "a:b", "inputs": [{"name": "x"}]}}


def test_a_path_is_written_as_text():
    pipeline = Pipeline(nodes={"n": Node(module="m", params={"path": Path("a/b")})})
    assert decode(encode(pipeline)).nodes["n"].params == {"path": "a/b"}


def _itself() -> list[object]:
    loop: list[object] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), "a object cannot be written"),
        (float("nan"), "cannot be written as JSON"),
        (float("inf"), "cannot be written as JSON"),
        ("\ud800", r"half a character \(\\ud800\)"),
        (_itself(), "holds itself"),
    ],
)
def test_a_value_that_no_file_can_hold_is_refused_before_the_file_is_touched(tmp_path, value, message):
    path = tmp_path / "p.treadle"
    path.write_bytes(b"old")
    pipeline = Pipeline(nodes={"n": Node(module="m", params={"x": value})})
    with pytest.raises(UsageError, match=message):
        save(pipeline, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_crlf_lines_is_read():
    data = encode(chain(3))
    assert decode(data.replace(b"\n", b"\r\n")) == decode(data)


def test_an_older_version_is_upgraded_step_by_step(monkeypatch):
    monkeypatch.setattr(document, "VERSION", 3)
    monkeypatch.setitem(document.UPGRADES, 1, lambda tree: {"title": tree["name"] + "!"})
    monkeypatch.setitem(document.UPGRADES, 2, lambda tree: {"title": tree["title"] + "?"})
    assert decode(b'{"treadle": 1, "name": "a"}').title == "a!?"


def test_a_text_that_looks_like_a_key_does_not_hide_a_key_that_stands_twice():
    assert decode(rb'{"treadle": 1, "title": "\": \":", "description": "\"  :"}').title == '": ":'
    with pytest.raises(FileError, match="stands twice"):
        decode(rb'{"treadle": 1, "title": "\": \":", "title": "x"}')


def test_reading_leaves_the_garbage_collector_as_it_was():
    import gc

    decode(b'{"treadle": 1}')
    assert gc.isenabled()
    gc.disable()
    try:
        decode(b'{"treadle": 1}')
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("name", ["none.treadle", "a\0b", "x" * 300])
def test_a_file_that_cannot_be_read_is_one_line(tmp_path, name):
    with pytest.raises(FileError) as caught:
        load(tmp_path / name)
    assert str(caught.value).isprintable()


def test_a_folder_and_a_file_that_is_too_large_are_refused(tmp_path):
    with pytest.raises(FileError, match="it is a folder, not a file"):
        load(tmp_path)
    large = tmp_path / "large.treadle"
    with large.open("wb") as file:
        file.truncate(document.MAX_BYTES + 1)
    with pytest.raises(FileError, match="larger than 256 MB"):
        load(large)


def test_saving_remembers_the_file_and_loading_gives_it_back(tmp_path):
    pipeline = chain(2)
    path = save(pipeline, tmp_path / "p.treadle")
    assert load(path) == pipeline
    assert load(path).file == pipeline.file == path.resolve()


def test_saving_keeps_the_mode_of_the_file_and_follows_a_link(tmp_path):
    target, link = tmp_path / "target.treadle", tmp_path / "link.treadle"
    target.write_bytes(b"")
    target.chmod(0o600)
    link.symlink_to(target)
    save(chain(1), link)
    assert link.is_symlink()
    assert (target.stat().st_mode & 0o777, load(target)) == (0o600, chain(1))


def test_a_new_file_goes_through_a_temporary_one_in_the_same_folder(tmp_path, monkeypatch):
    seen = []
    replace = Path.replace

    def watched(self, target):
        seen.append((self.parent, self.read_bytes(), Path(target).read_bytes()))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    path = tmp_path / "p.treadle"
    path.write_bytes(b"old")
    write_atomically(path, b"new")
    assert seen == [(tmp_path, b"new", b"old")]
    assert [p.name for p in tmp_path.iterdir()] == ["p.treadle"]


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_an_error_at_any_step_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch, step):
    def full(*_args):
        raise OSError(28, "No space left on device")

    path = tmp_path / "p.treadle"
    path.write_bytes(b"old")
    monkeypatch.setattr(os if step == "fsync" else Path, step, full)
    with pytest.raises(UsageError, match="cannot be written: No space left on device") as caught:
        save(chain(2), path)
    assert caught.value.where == str(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_not_there_is_named_with_the_one_that_was_meant(tmp_path):
    where = re.escape(str(tmp_path))
    with pytest.raises(FileError, match=rf"^{where}/study: cannot be read: No such file or directory$"):
        load(tmp_path / "study")
    save(chain(1), tmp_path / "study.treadle")
    with pytest.raises(FileError, match=r"No such file or directory\. Did you mean 'study\.treadle'\?$"):
        load(tmp_path / "study")
    with pytest.raises(FileError, match=r"No such file or directory$"):
        load(tmp_path / "none" / "study")


def test_a_file_by_a_way_that_is_not_there_any_more_is_an_error_of_the_file(tmp_path, monkeypatch):
    save(chain(1), tmp_path / "study.treadle")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(FileError, match=r"^\.\./study\.treadle: cannot be read: No such file or directory"):
        load(Path("../study.treadle"))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match="No such file or directory"):
        save(chain(1), tmp_path / "none" / "p.treadle")


KILLED = """
import os, signal, sys
from pathlib import Path
from treadle.core.document import write_atomically
step = sys.argv[2]
setattr(os if step == "fsync" else Path, step, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
write_atomically(Path(sys.argv[1]), b"new" * 1000)
"""


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_a_save_that_is_killed_in_the_middle_leaves_the_old_file(tmp_path, step):
    path = tmp_path / "p.treadle"
    path.write_bytes(b"old")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path), step], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"


FULL = """
import resource, sys
from pathlib import Path
from treadle.core.document import save
from treadle.core.errors import UsageError
from treadle.core.pipeline import Pipeline
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    save(Pipeline(description="x" * 100_000), Path(sys.argv[1]))
except UsageError as error:
    print(error)
"""


def test_a_disk_that_takes_no_more_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "p.treadle"
    path.write_bytes(b"old")
    command = [sys.executable, "-c", FULL, str(path)]
    full = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert full.stdout == f"{path}: cannot be written: File too large\n"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_is_read_only_leaves_the_old_file(tmp_path):
    path = tmp_path / "p.treadle"
    path.write_bytes(b"old")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UsageError, match="Permission denied"):
            save(chain(1), path)
        assert path.read_bytes() == b"old"
    finally:
        tmp_path.chmod(0o700)


# The schema


def test_the_schema_that_is_kept_is_the_one_that_the_code_gives():
    assert FILE.read_text(encoding="utf-8") == schema_text()


@given(pipelines())
def test_the_schema_accepts_what_the_code_writes(pipeline):
    schema = json_schema()
    assert _faults(json.loads(encode(pipeline)), schema, schema["$defs"]) == []


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"treadle": 2},
        {"treadle": 1, "noodles": {}},
        {"treadle": 1, "nodes": {"../x": {}}},
        {"treadle": 1, "nodes": {"a": {"parms": {}}}},
        {"treadle": 1, "nodes": {"a": {"retries": -1}}},
        {"treadle": 1, "connections": {"a": {"from": "b.c"}}},
        {"treadle": 1, "connections": {"a.b": {"from": "c"}}},
    ],
)
def test_the_schema_refuses_what_the_code_refuses(tree):
    schema = json_schema()
    assert _faults(tree, schema, schema["$defs"])
    with pytest.raises(FileError):
        decode(json.dumps(tree).encode())


def _faults(value, schema, definitions):
    """Check the words of JSON Schema that the generated schema uses; an unknown one fails the test."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    known = {
        "$schema",
        "$defs",
        "title",
        "description",
        "default",
        "type",
        "properties",
        "required",
        "additionalProperties",
        "propertyNames",
        "pattern",
        "maxLength",
        "minLength",
        "anyOf",
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "enum",
        "const",
        "minimum",
        "maximum",
        "exclusiveMinimum",
    }
    assert set(schema) <= known, set(schema) - known
    if "anyOf" in schema:
        tried = [_faults(value, option, definitions) for option in schema["anyOf"]]
        return [] if [] in tried else tried[0]
    faults = [f"{value!r} is not {schema['type']}"] if not _is(value, schema.get("type")) else []
    if "enum" in schema and value not in schema["enum"]:
        faults.append(f"{value!r} is not allowed")
    if "const" in schema and value != schema["const"]:
        faults.append(f"{value!r} is not {schema['const']!r}")
    check = {dict: _object_faults, list: _array_faults, str: _text_faults}.get(type(value), _number_faults)
    return faults + check(value, schema, definitions)


def _is(value, name):
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
    }
    if name is None or name == "null":
        return name is None or value is None
    return isinstance(value, kinds[name]) and not (isinstance(value, bool) and name != "boolean")


def _object_faults(value, schema, definitions):
    faults = [f"{key} is missing" for key in schema.get("required", ()) if key not in value]
    rest = schema.get("additionalProperties", True)
    for key, item in value.items():
        faults += _faults(key, schema.get("propertyNames", {}), definitions)
        inner = schema.get("properties", {}).get(key, rest)
        if inner is False:
            faults.append(f"{key} is unknown")
        elif isinstance(inner, dict):
            faults += _faults(item, inner, definitions)
    return faults


def _array_faults(value, schema, definitions):
    low, high = schema.get("minItems", 0), schema.get("maxItems", len(value))
    faults = [] if low <= len(value) <= high else [f"{len(value)} items"]
    inner = schema.get("items", {})
    return faults + [f for item in value if isinstance(inner, dict) for f in _faults(item, inner, definitions)]


def _text_faults(value, schema, _definitions):
    fits = re.search(schema.get("pattern", ""), value) and len(value) <= schema.get("maxLength", len(value))
    return [] if fits else [f"{value!r} does not match"]


def _number_faults(value, schema, _definitions):
    low, high = schema.get("minimum"), schema.get("maximum")
    if isinstance(value, int | float) and ((low is not None and value < low) or (high is not None and value > high)):
        return [f"{value} is out of range"]
    return []


def test_every_struct_of_the_document_refuses_unknown_fields():
    from treadle.core import modules, pipeline

    found = [
        v
        for home in (pipeline, modules)
        for v in vars(home).values()
        if isinstance(v, type) and issubclass(v, msgspec.Struct)
    ]
    assert len(found) > 10
    assert all(kind is msgspec.Struct or kind.__struct_config__.forbid_unknown_fields for kind in found)


def test_what_a_module_supports_survives_the_file():
    module = Module(path="a:b", schemes=Schemes(threads=True, overrides={"ipython": False}))
    pipeline = Pipeline(nodes={"n": Node(module="a:b")}, modules={"a:b": module})
    assert decode(encode(pipeline)).modules["a:b"].schemes == module.schemes
    assert structs.replace(module) == decode(encode(pipeline)).modules["a:b"]
