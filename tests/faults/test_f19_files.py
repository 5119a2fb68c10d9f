"""F19: a file that is damaged or hostile gives one line with the place in it, and is left as it is."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipelines import chain, json_values, pipelines

from treadle.core.document import decode, encode, load
from treadle.core.errors import FileError
from treadle.core.pipeline import Pipeline

HEAD = b'{"treadle": 1, '
WORDS = [
    "treadle",
    "nodes",
    "connections",
    "modules",
    "frames",
    "comments",
    "group",
    "params",
    "sweeps",
    "values",
    "zips",
    "ports",
    "from",
    "each",
    "join",
    "axis",
    "axes",
    "inputs",
    "outputs",
    "path",
    "source",
    "schemes",
    "threads",
    "position",
    "fold",
    "repeat",
    "feedback",
    "again",
    "placement",
    "hosts",
    "title",
    "a",
    "a.b",
    "../x",
    "",
    "\x00",
    "\u202e",
    "- at `$.x`",
    "[...]",
]


def _refused(data: bytes) -> str:
    """Return the one line that says why ``data`` is no pipeline."""
    with pytest.raises(FileError) as caught:
        decode(data, where="p.treadle")
    return _line(caught.value)


def _line(error: FileError) -> str:
    text = str(error)
    assert text.isprintable()
    assert len(text) < 1000
    assert error.exit_code == 3
    assert text.endswith("The file was not changed")
    return text


def _survives(data: bytes) -> None:
    """Whatever the bytes: a pipeline that can be written again, or exactly one FileError."""
    try:
        pipeline = decode(data)
    except FileError as error:
        _line(error)
    else:
        written = encode(pipeline)
        assert encode(decode(written)) == written


tokens = st.sampled_from(
    [
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b'"',
        b"\\",
        b"\\ud800",
        b"1e999",
        b"NaN",
        b"-",
        b"null",
        b"0",
        b"\xff",
        b"\0",
    ]
)


@st.composite
def mutated(draw):
    """Take a real file and change, drop, double or swap pieces of it."""
    data = bytearray(encode(draw(pipelines(max_nodes=4))))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 12)))
        piece = draw(tokens | st.binary(max_size=4) | st.just(bytes(data[start:end]) * 2))
        data[start:end] = piece
    return bytes(data)


trees = st.recursive(
    json_values,
    lambda inner: st.dictionaries(st.sampled_from(WORDS), inner, max_size=5) | st.lists(inner, max_size=3),
    max_leaves=20,
)
made = st.dictionaries(st.sampled_from(WORDS), trees, max_size=5).map(
    lambda tree: json.dumps({**tree, "treadle": tree.get("treadle", 1)}).encode()
)
files = mutated() | made | st.binary(max_size=60)
relaxed = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=300, deadline=None, suppress_health_check=relaxed)
@given(files)
def test_any_file_is_a_pipeline_or_one_line(data):
    _survives(data)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None, suppress_health_check=relaxed)
@given(files)
def test_any_of_10_000_files_is_a_pipeline_or_one_line(data):
    _survives(data)


def test_a_file_that_is_cut_at_any_byte_is_refused_and_left_as_it_is(tmp_path):
    whole = encode(chain(4))
    path = tmp_path / "p.treadle"
    for size in range(len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(FileError) as caught:
            load(path)
        assert str(path) in _line(caught.value)
        assert path.read_bytes() == whole[:size]
    assert decode(whole[:-1]) == decode(whole)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        HEAD + b'"nodes": {"a": {"params": {"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}}}",
        HEAD + b'"nodes": {"a": {"params": {"x": ' + b"[" * 300 + b"]" * 300 + b"}}}}",
        HEAD + b'"nodes": {"g": {"group": {' * 300 + b"}" * 900,
    ],
)
def test_hostile_nesting_is_refused(data):
    assert re.search("nested|line 1, column", _refused(data))


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        (
            b'"nodes": {"a": {"params": {"x": NaN}}}',
            "NaN is not a number that JSON knows - at `$.nodes.a.params.x`",
        ),
        (
            b'"nodes": {"a": {"params": {"x": -Infinity}}}',
            "-Infinity is not a number that JSON knows - at `$.nodes.a.params.x`",
        ),
        (
            b'"nodes": {"a": {"params": {"x": [0, 1e999]}}}',
            "the number 1e999 is too large - at `$.nodes.a.params.x[1]`",
        ),
        (b'"nodes": {"a": {"params": {"x": ' + b"9" * 5000 + b"}}}", "is too long - at `$.nodes.a.params.x`"),
        (b'"nodes": {"a": {"retries": ' + b"9" * 30 + b"}}", "- at `$.nodes.a.retries`"),
        (b'"nodes": {"a": {"params": {"x": 1, "x": 2}}}', 'the key "x" stands twice - at `$.nodes.a.params`'),
        (
            b'"nodes": {"a": {"params": {"l": [1, {"k": 1, "k": 2}]}}}',
            'the key "k" stands twice - at `$.nodes.a.params.l[1]`',
        ),
        (
            b'"nodes": {"g": {"group": {"nodes": {"a": {}, "a": {}}}}}',
            'the key "a" stands twice - at `$.nodes.g.group.nodes`',
        ),
        (b'"treadle": 1', 'the key "treadle" stands twice - at `$`'),
        (
            b'"nodes": {"smooth": {"parms": {}}}',
            "unknown field \"parms\". Did you mean 'params'? - at `$.nodes.smooth.parms`",
        ),
        (
            b'"nodes": {"ok": {}, "g": {"group": {"nodes": {"ok": {}, "s": {"parms": 1}}}}}',
            "- at `$.nodes.g.group.nodes.s.parms`",
        ),
        (
            b'"nodes": {"a": {"sweeps": {"x": {"values": [1], "axes": 1}}}}',
            "Did you mean 'axis'? - at `$.nodes.a.sweeps.x.axes`",
        ),
        (
            b'"nodes": {"a": {"zips": [{"ports": ["x"], "axs": 1}]}}',
            "Did you mean 'axis'? - at `$.nodes.a.zips[0].axs`",
        ),
        (
            b'"connections": {"a.b": {"from": "c.d", "joined": {}}}',
            "Did you mean 'join'? - at `$.connections.\"a.b\".joined`",
        ),
        (b'"connections": {"a.b": {"form": "c.d"}}', '- at `$.connections."a.b"'),
        (b'"connections": {"ab": {"from": "c.d"}}', "it is not written node.port - at `$.connections.ab`"),
        (
            b'"modules": {"a:b": {"inputs": [{"name": "x"}, {"nam": "y"}]}}',
            "Did you mean 'name'? - at `$.modules.\"a:b\".inputs[1].nam`",
        ),
        (
            b'"modules": {"m": {"schemes": {"thread": true}}}',
            "Did you mean 'threads'? - at `$.modules.m.schemes.thread`",
        ),
        (b'"modules": {"m": {"schemes": {"overrides": {"x": 1}}}}', "- at `$.modules.m.schemes.overrides.x`"),
        (
            b'"modules": {"m": {"path": "os; system"}}',
            "no import path such as package.module:function - at `$.modules.m.path`",
        ),
        (
            b'"nodes": {"g": {"group": {"inputs": {"x": ["ab"]}}}}',
            "it is not written node.port - at `$.nodes.g.group.inputs.x[0]`",
        ),
        (b'"nodes": {"g": {"group": {"outputs": {"x": 1}}}}', "- at `$.nodes.g.group.outputs.x`"),
        (b'"noodles": {}', "Did you mean 'nodes'? - at `$.noodles`"),
        (b'"title": "\\ud800"', r'half a character ("\ud800") - at `$.title`'),
        (
            b'"nodes": {"a": {"params": {"\\udc00": 1}}}',
            r'half a character ("\udc00") - at `$.nodes.a.params`',
        ),
        (
            b'"nodes": {"a": {"position": [1]}}',
            "expected `array` of length 2, got 1 - at `$.nodes.a.position`",
        ),
        (b'"title": "\x01"', "line 1, column 26: Invalid control character"),
        (b"'title': 1", "line 1, column 16: Expecting property name"),
    ],
)
def test_what_is_wrong_inside_is_named_with_its_exact_path(inside, message):
    assert message in _refused(HEAD + inside + b"}")


@pytest.mark.parametrize("version", [b"0", b"-1", b"1.0", b"true", b'"1"', b"null", b"[]"])
def test_a_wrong_version_is_named(version):
    assert "it does not say its version" in _refused(b'{"treadle": ' + version + b"}")


def test_a_missing_and_a_newer_version_are_named():
    assert "it does not say its version" in _refused(b"{}")
    for version in (b"2", b"9" * 4000):
        assert "made by a newer Treadle" in _refused(b'{"treadle": ' + version + b', "unknown": []}')


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'\xef\xbb\xbf{"treadle": 1}', "byte order mark"),
        ('{"treadle": 1}'.encode("utf-16"), "it is UTF-16; save it as UTF-8"),
        ('{"treadle": 1, "title": "é"}'.encode("utf-16-be"), "byte 51 is not UTF-8"),
        ('{"treadle": 1, "title": "é"}'.encode("latin-1"), "byte 25 is not UTF-8"),
        (b"", "line 1, column 1"),
        (b"\0" * 100, "line 1, column 1"),
        (b"null", "a pipeline is a JSON object"),
        (b"[]", "a pipeline is a JSON object"),
        (b'{"treadle": 1}{}', "Extra data"),
    ],
)
def test_what_is_no_text_or_no_object_is_named(data, message):
    assert message in _refused(data)


def test_crlf_lines_and_other_white_space_are_accepted():
    assert decode(b'\r\n{\r\n\t"treadle" : 1 ,\r\n"title":"x"}\r\n').title == "x"


def test_a_file_of_long_names_gives_a_short_line():
    for key in ("x" * 10_000, "`" * 10_000, "\n" * 10_000, " - at `$.nodes[...]`" * 500):
        for tree in ({key: 1}, {"nodes": {key: {}}}, {"nodes": {"a": {key: 1}}}, {"connections": {key: {}}}):
            _refused(json.dumps({"treadle": 1, **tree}).encode())


def test_nothing_but_the_version_is_required():
    assert decode(b'{"treadle": 1}') == Pipeline()
