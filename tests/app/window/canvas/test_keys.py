from __future__ import annotations

import json

import pytest
from canvas_pipeline import picture
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtTest import QTest

from treadle.app.window.canvas import clipping
from treadle.core.document import decode, encode
from treadle.core.edits import remove_nodes
from treadle.core.errors import UsageError
from treadle.core.pipeline import Connection

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


@pytest.fixture
def pipeline(canvas):
    return canvas.document.pipeline


def test_arrows_select_along_connections(canvas, hand):
    hand.key(Key.Key_Right)
    assert canvas.selection == {"make"}
    hand.key(Key.Key_Right)
    hand.key(Key.Key_Right)
    assert canvas.selection == {"last"}
    hand.key(Key.Key_Left, SHIFT)
    assert canvas.selection == {"last", "add"}


def test_ctrl_and_arrows_move_what_is_selected_as_one_step(canvas, hand, pipeline, unchanged):
    canvas.selection = {"make"}
    for _ in range(3):
        hand.key(Key.Key_Down, CONTROL)
    assert pipeline.nodes["make"].position == (0.0, 72.0)
    canvas.document.undo()
    assert pipeline.nodes["make"].position == (0.0, 0.0)
    assert unchanged()


def test_delete_removes_nodes_with_their_connections(canvas, hand, pipeline, unchanged):
    canvas.selection = {"add"}
    hand.key(Key.Key_Delete)
    assert "add" not in pipeline.nodes
    assert not pipeline.connections
    assert not canvas.selection
    assert unchanged()


def test_ctrl_d_puts_a_copy_beside_and_selects_it(canvas, hand, pipeline, unchanged):
    canvas.selection = {"add", "last"}
    hand.key(Key.Key_D, CONTROL)
    assert canvas.selection == {"add_2", "last_2"}
    assert pipeline.connections["last_2.a"] == Connection("add_2.out")
    assert pipeline.connections["add_2.a"] == Connection("make.out")
    assert unchanged()


def test_what_is_copied_is_the_text_of_a_pipeline(canvas, hand):
    canvas.selection = {"make", "add"}
    hand.key(Key.Key_C, CONTROL)
    copied = json.loads(QGuiApplication.clipboard().text())
    assert set(copied["nodes"]) == {"make", "add"}
    assert set(copied["connections"]) == {"add.a"}
    assert set(copied["modules"]) == {"make", "add"}


def test_cut_and_paste_brings_the_nodes_back_under_their_names(canvas, hand, pipeline, unchanged):
    canvas.selection = {"make", "add"}
    hand.key(Key.Key_X, CONTROL)
    assert "make" not in pipeline.nodes
    hand.key(Key.Key_V, CONTROL)
    assert canvas.selection == {"make", "add"}
    assert pipeline.connections["add.a"] == Connection("make.out")
    assert unchanged()


def test_what_is_pasted_twice_lies_apart(canvas, hand, pipeline):
    canvas.selection = {"make"}
    hand.key(Key.Key_C, CONTROL)
    hand.key(Key.Key_V, CONTROL)
    hand.key(Key.Key_V, CONTROL)
    assert pipeline.nodes["make_2"].position != pipeline.nodes["make_3"].position


def test_what_was_pasted_is_selected_and_can_be_deleted_at_once(canvas, hand, pipeline, unchanged):
    before = dict(pipeline.nodes)
    canvas.selection = {"make", "add"}
    hand.key(Key.Key_C, CONTROL)
    canvas.do.paste()
    assert canvas.selection == {"make_2", "add_2"}
    canvas.do.delete()
    assert pipeline.nodes == before
    canvas.document.undo()
    assert pipeline.nodes.keys() == before.keys() | {"make_2", "add_2"}
    canvas.document.undo()
    assert not canvas.document.undo_label
    assert unchanged()


def test_nodes_are_pasted_into_another_document_with_their_modules(canvas, hand, make_canvas):
    from treadle.core.pipeline import Pipeline

    canvas.selection = {"make", "add"}
    canvas.do.copy()
    other = make_canvas(Pipeline("other"))
    other.do.paste()
    made = other.document.pipeline
    assert set(made.nodes) == {"make", "add"}
    assert set(made.modules) == {"make", "add"}
    assert decode(encode(made)).nodes == made.nodes


def test_a_module_of_the_same_name_that_is_another_one_is_kept_apart(canvas, make_canvas):
    from canvas_pipeline import module

    from treadle.core.pipeline import Node, Pipeline

    canvas.selection = {"make"}
    canvas.do.copy()
    pipeline = Pipeline("other", modules={"make": module("elsewhere:make", {}, {"out": "str"})})
    pipeline.nodes["mine"] = Node(module="make")
    other = make_canvas(pipeline)
    other.do.paste()
    assert pipeline.modules[pipeline.nodes["make"].module].path == "bench:make"
    assert pipeline.modules["make"].path == "elsewhere:make"


@pytest.mark.parametrize("text", ["", "hello", "{", '{"treadle": 1, "nodes": 3}'])
def test_what_is_no_pipeline_is_not_pasted_and_says_so(canvas, text, qtbot):
    QGuiApplication.clipboard().setText(text)
    with pytest.raises(UsageError):
        clipping.take()
    with qtbot.wait_signal(canvas.said):
        canvas.do.paste()
    assert not canvas.document.modified


@pytest.mark.parametrize(("key", "mode"), [(Key.Key_B, "bypassed"), (Key.Key_D, "disabled")])
def test_nodes_are_bypassed_or_disabled_and_back_again(canvas, hand, pipeline, key, mode, unchanged):
    canvas.selection = {"add", "last"}
    hand.key(key)
    assert {pipeline.nodes[n].mode for n in ("add", "last")} == {mode}
    hand.key(key)
    assert {pipeline.nodes[n].mode for n in ("add", "last")} == {"normal"}
    assert unchanged()


def test_f2_renames_and_escape_does_not(canvas, hand, pipeline):
    canvas.selection = {"add"}
    hand.key(Key.Key_F2)
    editor = canvas.overlays._editor
    QTest.keyClicks(editor, "Sum")
    QTest.keyClick(editor, Key.Key_Return)
    assert pipeline.nodes["add"].title == "Sum"
    assert canvas.board.cards["add"].title == "Sum"
    hand.key(Key.Key_F2)
    editor = canvas.overlays._editor
    QTest.keyClicks(editor, "Other")
    QTest.keyClick(editor, Key.Key_Escape)
    assert pipeline.nodes["add"].title == "Sum"


def test_tab_asks_for_the_search_and_keeps_the_focus(canvas, hand, qtbot):
    with qtbot.wait_signal(canvas.search_requested):
        hand.key(Key.Key_Tab)


def test_enter_opens_a_node(canvas, hand, qtbot):
    canvas.selection = {"add"}
    with qtbot.wait_signal(canvas.open_requested) as opened:
        hand.key(Key.Key_Return)
    assert opened.args == ["add"]


def test_c_lists_what_fits_and_enter_connects(canvas, hand, pipeline, unchanged):
    canvas.selection = {"make"}
    hand.key(Key.Key_C)
    offers = [(source.endpoint, target.endpoint) for source, target, _ in canvas.keys.choice.offers]
    assert ("make.out", "last.b") in offers
    assert all(target != "shape.table" for _, target in offers)
    while canvas.keys.choice.chosen[1].endpoint != "last.b":
        hand.key(Key.Key_Down)
    hand.key(Key.Key_Return)
    assert pipeline.connections["last.b"] == Connection("make.out")
    assert canvas.keys.choice is None
    assert unchanged()


def test_escape_gives_up_connecting(canvas, hand):
    canvas.selection = {"make"}
    hand.key(Key.Key_C)
    hand.key(Key.Key_Escape)
    assert canvas.keys.choice is None
    assert canvas.selection == {"make"}
    assert not canvas.document.modified


def test_a_circle_is_not_offered(canvas, hand, qtbot):
    canvas.selection = {"last"}
    hand.key(Key.Key_C)
    targets = {target.node for _, target, _ in canvas.keys.choice.offers}
    assert targets.isdisjoint({"make", "add", "last"})


# Groups


def test_a_choice_of_what_to_connect_ends_when_its_node_is_taken_away(canvas, hand):
    canvas.selection = {"make"}
    hand.key(Key.Key_C)
    assert canvas.keys.choice is not None
    canvas.document.edit(remove_nodes(canvas.document.body(), ["make"]), "Delete")
    assert canvas.keys.choice is None
    canvas.grab()


def test_a_group_is_made_entered_left_and_dissolved(canvas, hand, pipeline, unchanged):
    canvas.selection = {"make", "add"}
    hand.key(Key.Key_G, CONTROL)
    assert canvas.selection == {"group"}
    hand.key(Key.Key_Return)
    assert canvas.where == ("group",)
    assert set(canvas.board.cards) == {"make", "add"}
    assert not canvas.overlays.breadcrumbs.isHidden()
    hand.key(Key.Key_Backspace)
    assert canvas.where == ()
    assert canvas.selection == {"group"}
    hand.key(Key.Key_G, CONTROL | SHIFT)
    assert canvas.selection == {"make", "add"}
    assert unchanged()


def test_undoing_a_group_that_is_shown_leads_out_of_it(canvas, hand, unchanged):
    canvas.selection = {"make", "add"}
    hand.key(Key.Key_G, CONTROL)
    hand.key(Key.Key_Return)
    canvas.do.set_title("add", "Sum")
    canvas.document.undo()
    assert canvas.where == ("group",)
    canvas.document.undo()
    assert canvas.where == ()
    assert "make" in canvas.board.cards
    assert unchanged()


def test_what_is_done_in_a_group_is_undone_from_outside(canvas, hand, unchanged):
    canvas.selection = {"make", "add"}
    hand.key(Key.Key_G, CONTROL)
    canvas.go(("group",))
    canvas.selection = {"add"}
    hand.key(Key.Key_D, CONTROL)
    hand.key(Key.Key_Delete)
    canvas.go(())
    assert unchanged()


# Frames and comments


def test_a_frame_is_put_around_what_is_selected(canvas, pipeline, unchanged):
    canvas.selection = {"make", "add"}
    canvas.do.add_frame()
    canvas.overlays.close_editor()
    frame = pipeline.frames["frame"]
    assert frame.position[0] < 0
    assert frame.size[0] > 288
    assert unchanged()


def test_a_comment_takes_what_is_typed(canvas, pipeline, unchanged):
    canvas.do.add_comment(QPointF(100, 400))
    QTest.keyClicks(canvas.overlays._editor, "Mind the gap")
    QTest.keyClick(canvas.overlays._editor, Key.Key_Escape)
    assert pipeline.comments["comment"].text == "Mind the gap"
    assert unchanged()


def test_all_is_laid_out_from_left_to_right(canvas, hand, pipeline, unchanged):
    hand.key(Key.Key_L, CONTROL)
    assert pipeline.nodes["make"].position[0] < pipeline.nodes["add"].position[0] < pipeline.nodes["last"].position[0]
    assert unchanged()


def test_cards_are_aligned_and_distributed_in_one_step_each(canvas, pipeline, unchanged):
    canvas.selection = {"make", "show", "last"}
    canvas.do.align("left")
    assert {pipeline.nodes[n].position[0] for n in canvas.selection} == {0.0}
    canvas.do.distribute("down")
    assert canvas.document.undo_label == "Distribute"
    assert unchanged()


def test_what_comes_out_of_a_group_lies_where_the_group_was_moved_to(canvas, pipeline, unchanged):
    canvas.selection = {"make", "add"}
    canvas.do.group()
    canvas.do.nudge(240.0, 480.0)
    canvas.do.ungroup()
    assert pipeline.nodes["make"].position == (240.0, 480.0)
    assert pipeline.nodes["add"].position == (528.0, 480.0)
    assert unchanged()


def test_a_bypassed_node_looks_other_than_a_disabled_one(canvas, hand):
    pictures = []
    for mode in (canvas.do.bypass, canvas.do.disable):
        canvas.selection = {"add"}
        mode()
        canvas.pick()
        pictures.append(picture(canvas))
    assert pictures[0] != pictures[1]


def test_an_editor_over_the_canvas_that_is_gone_is_ended_without_harm(canvas, qapp):
    from PyQt6.QtCore import QRectF
    from PyQt6.sip import delete

    from treadle.app.window.canvas.typing_over import CommentEditor, TitleEditor

    taken = []
    for kind in (TitleEditor, CommentEditor):
        editor = kind(canvas, QRectF(0, 0, 100, 30), "words", taken.append)
        editor.finish()
        delete(editor)
        editor.finish()
    assert taken == ["words", "words"]
