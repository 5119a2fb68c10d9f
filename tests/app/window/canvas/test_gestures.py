from __future__ import annotations

import pytest
from PyQt6.QtCore import QPointF, Qt

from treadle.app.window.canvas.finding import PortAt
from treadle.core.document import encode
from treadle.core.edits import Change
from treadle.core.pipeline import Comment, Connection, Each, Frame

SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def nodes(canvas):
    return canvas.document.pipeline.nodes


@pytest.fixture
def wires(canvas):
    return canvas.document.pipeline.connections


# Selecting


def test_a_click_selects_a_card_and_one_on_the_ground_nothing(canvas, hand, qtbot):
    with qtbot.wait_signal(canvas.selection_changed):
        hand.click(hand.middle("add"))
    assert canvas.selection == {"add"}
    hand.click((250, 120))
    assert not canvas.selection
    assert not canvas.document.modified


def test_ctrl_click_adds_and_takes_away(canvas, hand):
    hand.click(hand.middle("add"))
    hand.click(hand.middle("make"), CONTROL)
    assert canvas.selection == {"add", "make"}
    hand.click(hand.middle("add"), CONTROL)
    assert canvas.selection == {"make"}


def test_a_rubber_band_selects_what_it_touches(canvas, hand):
    hand.drag((-40, -40), (400, 60))
    assert canvas.selection == {"make", "add"}
    hand.drag((-40, 180), (60, 220), SHIFT)
    assert canvas.selection == {"make", "add", "names"}


def test_escape_during_a_rubber_band_selects_what_was_selected(canvas, hand):
    canvas.selection = {"shape"}
    hand.press((-40, -40))
    hand.move((400, 60))
    assert canvas.selection == {"make", "add"}
    hand.key(Qt.Key.Key_Escape)
    assert canvas.selection == {"shape"}


def test_a_click_on_a_connection_selects_it_and_delete_removes_it(canvas, hand, wires, unchanged):
    x1, y1, x2, y2 = canvas.board.curves[canvas.board.ends.row["add.a"]]
    hand.click(((x1 + x2) / 2, (y1 + y2) / 2))
    assert canvas.picked.wires == {"add.a"}
    hand.key(Qt.Key.Key_Delete)
    assert "add.a" not in wires
    assert unchanged()


# Moving


def test_a_card_is_moved_in_one_step_and_lands_on_the_grid(canvas, hand, nodes, unchanged):
    x, y = hand.middle("shape")
    hand.drag((x, y), (x + 103, y + 155))
    assert nodes["shape"].position == (672.0, 336.0)
    assert canvas.document.undo_label == "Move"
    canvas.document.undo()
    assert not canvas.document.undo_label
    assert unchanged()


def test_all_that_is_selected_moves_together(canvas, hand, nodes):
    canvas.selection = {"make", "add"}
    x, y = hand.middle("make")
    hand.drag((x, y), (x, y - 240), CONTROL)
    assert nodes["make"].position == (0.0, -240.0)
    assert nodes["add"].position == (288.0, -240.0)
    assert nodes["last"].position == (576.0, 0.0)


def test_a_moved_card_snaps_into_line_with_another(canvas, hand, nodes):
    x, y = hand.middle("shape")
    canvas.camera.scale = 1.0
    hand.drag((x, y), (x - 284, y + 240))
    assert nodes["shape"].position[0] == 288.0


def test_escape_puts_back_what_was_being_moved(canvas, hand, nodes):
    x, y = hand.middle("make")
    hand.press((x, y))
    hand.move((x + 200, y + 200))
    assert canvas.card_box("make").topLeft() != QPointF(0, 0)
    hand.key(Qt.Key.Key_Escape)
    hand.release((x + 200, y + 200))
    assert canvas.card_box("make").topLeft() == QPointF(0, 0)
    assert nodes["make"].position == (0.0, 0.0)
    assert not canvas.document.modified


def test_an_edit_from_elsewhere_ends_a_gesture(canvas, hand):
    hand.press(hand.middle("make"))
    hand.move((400, 400))
    canvas.do.set_title("add", "Sum")
    assert canvas.pointing.gesture is None
    assert canvas.card_box("make").topLeft() == QPointF(0, 0)


def test_alt_drag_leaves_the_card_and_moves_a_copy(canvas, hand, nodes, wires, unchanged):
    x, y = hand.middle("add")
    hand.drag((x, y), (x, y + 480), ALT)
    assert nodes["add"].position == (288.0, 0.0)
    assert nodes["add_2"].position == (288.0, 480.0)
    assert wires["add_2.a"] == Connection("make.out")
    assert canvas.selection == {"add_2"}
    assert unchanged()


def test_a_card_dropped_on_a_connection_is_put_into_it(canvas, hand, nodes, wires, unchanged):
    canvas.document.edit(Change("connections", {"last.a": None}), "free")
    assert not canvas.board.wires_at["last"]
    x1, y1, x2, y2 = canvas.board.curves[canvas.board.ends.row["add.a"]]
    hand.drag(hand.middle("last"), ((x1 + x2) / 2, (y1 + y2) / 2))
    assert wires["last.a"] == Connection("make.out")
    assert wires["add.a"] == Connection("last.out")
    assert canvas.document.undo_label == "Insert into connection"
    assert unchanged()


# Looking


def test_the_middle_button_pans_and_space_lets_the_left_one_pan(canvas, hand):
    before = canvas.camera.to_scene(0, 0)
    hand.press((10, 10), button=Qt.MouseButton.MiddleButton)
    hand.move((60, 40), button=Qt.MouseButton.MiddleButton)
    hand.release((60, 40), button=Qt.MouseButton.MiddleButton)
    after = canvas.camera.to_scene(0, 0)
    assert after != before
    assert not canvas.document.modified


def test_the_wheel_zooms_around_the_pointer(canvas, hand, qtbot):
    from PyQt6.QtCore import QPoint
    from PyQt6.QtGui import QWheelEvent
    from PyQt6.QtWidgets import QApplication

    at = hand.view((288, 0))
    before = canvas.camera.scale
    event = QWheelEvent(
        at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    with qtbot.wait_signal(canvas.scale_changed):
        QApplication.sendEvent(canvas, event)
    assert canvas.camera.scale > before
    assert (hand.view((288, 0)) - at).manhattanLength() < 0.01


def test_fit_shows_all(canvas):
    canvas.camera.scale, canvas.camera.x = 3.0, 9000.0
    canvas.do.fit()
    left, top, right, bottom = canvas.seen()
    x, y, width, height = canvas.board.bounds
    assert left <= x <= x + width <= right
    assert top <= y <= y + height <= bottom


# Connecting


def test_dragging_from_an_output_to_an_input_connects_them(hand, wires, unchanged):
    hand.drag(hand.port("make", "out", "out"), hand.port("last", "in", "b"))
    assert wires["last.b"] == Connection("make.out")
    assert unchanged()


def test_dragging_from_an_input_to_an_output_connects_them_too(hand, wires):
    hand.drag(hand.port("last", "in", "b"), hand.port("make", "out", "out"))
    assert wires["last.b"] == Connection("make.out")


def test_the_end_snaps_to_the_nearest_port_that_fits(canvas, hand, wires):
    x, y = hand.port("last", "in", "b")
    hand.press(hand.port("make", "out", "out"))
    hand.move((x + 12, y + 6))
    assert canvas.pointing.gesture.snapped == PortAt("last", "in", "b")
    hand.release((x + 12, y + 6))
    assert "last.b" in wires


def test_a_connection_in_a_circle_is_refused_and_says_why(canvas, hand, wires, qtbot):
    with qtbot.wait_signal(canvas.said) as said:
        hand.drag(hand.port("last", "out", "out"), hand.port("make", "in", "seed"))
    assert "circle" in said.args[0]
    assert "make.seed" not in wires


def test_types_that_do_not_fit_are_refused(canvas, hand, wires, qtbot):
    with qtbot.wait_signal(canvas.said) as said:
        hand.drag(hand.port("make", "out", "out"), hand.port("shape", "in", "table"))
    assert said.args[0] == "int does not fit dict"
    assert "shape.table" not in wires


def test_a_list_is_handed_over_item_by_item(canvas, hand, wires):
    hand.drag(hand.port("names", "out", "out"), hand.port("show", "in", "text"))
    assert wires["show.text"] == Connection("names.out", each=Each())
    assert canvas.board.mapped == {"show.text"}


def test_a_conversion_is_put_on_the_connection_with_its_module(canvas, hand, wires, unchanged):
    hand.drag(hand.port("make", "out", "out"), hand.port("show", "in", "text"))
    assert wires["show.text"].apply == "builtins:str"
    assert canvas.document.pipeline.modules["builtins:str"].path == "builtins:str"
    assert unchanged()


def test_a_connection_is_led_to_another_input(hand, wires, unchanged):
    hand.drag(hand.port("add", "in", "a"), hand.port("add", "in", "b"))
    assert "add.a" not in wires
    assert wires["add.b"] == Connection("make.out")
    assert unchanged()


def test_a_connection_that_is_dragged_off_is_gone(canvas, hand, wires, unchanged):
    hand.drag(hand.port("add", "in", "a"), (200, 150))
    assert "add.a" not in wires
    assert canvas.document.undo_label == "Disconnect"
    assert unchanged()


def test_a_click_on_a_connected_input_leaves_it_connected(hand, wires):
    hand.click(hand.port("add", "in", "a"))
    assert "add.a" in wires


def test_escape_leaves_a_dragged_connection_where_it_was(canvas, hand, wires):
    hand.press(hand.port("add", "in", "a"))
    hand.move((200, 150))
    hand.key(Qt.Key.Key_Escape)
    hand.release((200, 150))
    assert "add.a" in wires
    assert not canvas.document.modified


def test_a_connection_dropped_on_the_ground_asks_what_to_place(canvas, hand, qtbot):
    with qtbot.wait_signal(canvas.search_requested) as asked:
        hand.drag(hand.port("last", "out", "out"), (830, 130))
    assert asked.args[1] == QPointF(830, 130)
    assert asked.args[2] == PortAt("last", "out", "out")


def test_a_double_click_on_the_ground_asks_for_the_search(canvas, hand, qtbot):
    with qtbot.wait_signal(canvas.search_requested) as asked:
        hand.double_click((200, 140))
    assert asked.args[2] is None


# Frames and comments


@pytest.fixture
def noted(canvas):
    canvas.change_notes("frames", {"f": Frame("First", (-48.0, -72.0), (240.0, 192.0))}, "frame")
    canvas.change_notes("comments", {"c": Comment("Mind this", (600.0, 360.0))}, "comment")
    canvas.do.fit()
    return canvas.document.pipeline


def test_a_frame_takes_along_the_cards_that_lie_on_it(canvas, hand, noted, unchanged):
    hand.drag((0, -60), (0, -300))
    assert noted.frames["f"].position == (-48.0, -312.0)
    assert noted.nodes["make"].position == (0.0, -240.0)
    assert noted.nodes["add"].position == (288.0, 0.0)


def test_a_comment_is_moved_and_resized(canvas, hand, noted):
    hand.drag((650, 380), (650, 476))
    assert noted.comments["c"].position == (600.0, 456.0)
    hand.drag((756, 532), (816, 600))
    assert noted.comments["c"].size == (216.0, 144.0)


def test_any_gesture_cancelled_leaves_the_same_bytes(canvas, hand, noted):
    before = encode(canvas.document.pipeline)
    for start in ((0, -60), (650, 380), hand.middle("add"), hand.port("make", "out", "out"), (200, 140)):
        hand.press(start)
        hand.move((start[0] + 90, start[1] + 70))
        canvas.pointing.cancel("test")
        hand.release((start[0] + 90, start[1] + 70))
    assert encode(canvas.document.pipeline) == before
