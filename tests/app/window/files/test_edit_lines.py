from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipelines import pipelines
from shells import adding

from treadle.app.window.files.edit_lines import append_edits, edit_of, line_of, read_edits, write_base
from treadle.app.window.files.replacing import replacing
from treadle.core.document import encode
from treadle.core.edits import SetText, apply, group_nodes, remove_nodes, set_parameter
from treadle.core.errors import FileError, UsageError


@settings(max_examples=40, deadline=None)
@given(pipelines(), pipelines())
def test_an_edit_is_the_same_after_it_was_a_line(old, new):
    edit = replacing(old, new, "replace")
    other = old.copy()
    apply(old, edit)
    apply(other, edit_of(line_of(edit).strip()))
    assert encode(old) == encode(other) == encode(new)


@settings(max_examples=30, deadline=None)
@given(pipelines(), st.data())
def test_undo_and_groups_are_lines_too(pipeline, data):
    other = pipeline.copy()
    nodes = data.draw(st.sets(st.sampled_from(sorted(pipeline.nodes))) if pipeline.nodes else st.just(set()))
    edits = [group_nodes(pipeline, nodes, "a_new_group"), remove_nodes(pipeline, nodes)]
    edits.insert(1, apply(pipeline.copy(), edits[0]))
    for edit in edits:
        apply(pipeline, edit)
        apply(other, edit_of(line_of(edit).strip()))
    assert other == pipeline


@pytest.fixture
def noted(tmp_path):
    path = tmp_path / "one.edits"
    write_base(path, adding(), "adding", (1, 2, 3))
    append_edits(path, [set_parameter(adding(), "first", "a", 7), SetText("title", "later")])
    return path


def test_what_was_noted_is_read_with_all_edits(noted):
    found = read_edits(noted)
    assert found.pipeline.node("first").params["a"] == 7
    assert (found.pipeline.title, found.edits, found.version) == ("later", 2, (1, 2, 3))


def test_wherever_the_file_was_cut_the_edits_before_are_there(noted):
    whole = noted.read_bytes()
    head = whole.index(b"\n") + 1
    for length in range(head, len(whole)):
        noted.write_bytes(whole[:length])
        assert read_edits(noted).edits == whole[head:length].count(b"\n")


def test_nothing_is_noted_for_others_to_read(noted):
    assert noted.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "text", [b"", b"{}\n", b"[]\n", b'{"treadle-edits": 99}\n', b"\xff\n", b'{"treadle-edits":1}\n']
)
def test_what_is_no_file_of_edits_is_told(tmp_path, text):
    (tmp_path / "x.edits").write_bytes(text)
    with pytest.raises(FileError, match="cannot be read"):
        read_edits(tmp_path / "x.edits")


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b"1", b'{"section": "x", "entries": {}}', b'{"steps": [1]}'])
def test_what_is_no_edit_is_told(line):
    with pytest.raises(UsageError, match="no edit"):
        edit_of(line)


def test_a_value_that_no_file_can_hold_is_told_and_a_path_is_written():
    with pytest.raises(UsageError, match="cannot be noted"):
        line_of(set_parameter(adding(), "first", "a", object()))
    assert b"/data" in line_of(set_parameter(adding(), "first", "a", Path(os.sep) / "data"))
