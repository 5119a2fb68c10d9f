from __future__ import annotations

import pytest

from treadle import Pipeline
from treadle.app.window import document as module
from treadle.app.window.document import Document
from treadle.core.document import encode
from treadle.core.edits import Change, remove_nodes, set_parameter
from treadle.core.errors import UsageError
from treadle.core.pipeline import Node


@pytest.fixture
def document(qapp):
    pipeline = Pipeline("sum")
    first = pipeline.add("operator:add", id="first", a=1, b=2)
    pipeline.add("operator:mul", id="second", a=first.out, b=3)
    return Document(pipeline)


def parameter(document, value, node="first", name="a", **how):
    document.edit(set_parameter(document.body(), node, name, value), "set a", **how)


def test_undo_gives_the_same_bytes_again(document):
    before = encode(document.pipeline)
    parameter(document, 5)
    document.edit(remove_nodes(document.body(), ["first"]), "delete")
    document.undo()
    document.undo()
    assert encode(document.pipeline) == before


def test_redo_does_again_what_was_undone(document):
    parameter(document, 5)
    after = encode(document.pipeline)
    document.undo()
    document.redo()
    assert encode(document.pipeline) == after
    assert document.undo_label == "set a"
    assert not document.redo_label


def test_what_is_typed_is_one_step_until_the_typing_ends(document):
    for value in (5, 55, 555):
        parameter(document, value, merge="first.a")
    document.end_merging()
    parameter(document, 6, merge="first.a")
    document.undo()
    assert document.pipeline.node("first").params["a"] == 555
    document.undo()
    assert document.pipeline.node("first").params["a"] == 1


def test_an_edit_after_an_undo_forgets_what_could_be_done_again(document):
    parameter(document, 5)
    document.undo()
    parameter(document, 6)
    assert not document.redo_label


def test_views_are_told_each_edit_that_is_carried_out_also_by_undo(document, qtbot):
    told = []
    document.changed.connect(told.append)
    parameter(document, 5)
    document.undo()
    assert [edit.entries["first"].params["a"] for edit in told] == [5, 1]


def test_an_edit_that_cannot_be_carried_out_leaves_everything_as_it_was(document):
    before = encode(document.pipeline)
    with pytest.raises(UsageError):
        document.edit(Change("nodes", {"x": Node(module="operator:add")}, ("no group",)), "add")
    assert encode(document.pipeline) == before
    assert not document.undo_label


def test_a_document_is_modified_until_it_is_saved_and_again_after_undo(document, tmp_path):
    assert not document.modified
    parameter(document, 5)
    assert document.modified
    document.save(tmp_path / "sum.treadle")
    assert not document.modified
    document.undo()
    assert document.modified
    document.redo()
    assert not document.modified


def test_typing_after_saving_is_a_step_of_its_own(document, tmp_path):
    parameter(document, 5, merge="first.a")
    document.save(tmp_path / "sum.treadle")
    parameter(document, 55, merge="first.a")
    document.undo()
    assert document.pipeline.node("first").params["a"] == 5
    assert not document.modified


def test_a_history_that_lost_its_beginning_does_not_say_saved(document, monkeypatch):
    monkeypatch.setattr(module, "MOST_UNDONE", 2)
    for value in (5, 6, 7):
        parameter(document, value)
    document.undo()
    document.undo()
    assert not document.undo_label
    assert document.modified


def test_a_history_that_begins_where_it_was_saved_says_so(document, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "MOST_UNDONE", 2)
    parameter(document, 5)
    document.save(tmp_path / "sum.treadle")
    for value in (6, 7):
        parameter(document, value)
    document.undo()
    document.undo()
    assert not document.modified


def test_a_snapshot_is_not_changed_by_later_edits(document):
    snapshot = document.snapshot()
    parameter(document, 5)
    assert document.snapshot().text != snapshot.text


def test_changes_are_counted_also_those_of_undo(document):
    parameter(document, 5)
    document.undo()
    document.redo()
    assert document.changes == 3
