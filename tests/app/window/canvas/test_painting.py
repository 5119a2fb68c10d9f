"""What is painted while something goes on, and of pipelines of unusual shapes."""

from __future__ import annotations

import pytest
from canvas_pipeline import MODULES, Hand, picture, small
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QColor, QContextMenuEvent, QHelpEvent, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QMenu, QToolTip

from treadle.app.window.canvas.finding import PortAt
from treadle.app.window.canvas.measures import HUB
from treadle.app.window.looks import NodeLook
from treadle.app.window.theme.tokens import STATES
from treadle.core.edits import Change, group_nodes
from treadle.core.pipeline import Comment, Connection, Each, Frame, Node, Pipeline


def shown_colours(canvas):
    image = picture(canvas)
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(0, image.height(), 2)}


def accent(canvas):
    return QColor(canvas.theme.colours.accent).name()


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (("make", "out", "out"), ("last", "in", "b")),
        (("make", "out", "out"), ("show", "in", "text")),
        (("names", "out", "out"), ("show", "in", "text")),
        (("make", "out", "out"), ("shape", "in", "table")),
        (("last", "out", "out"), ("make", "in", "seed")),
        (("last", "in", "b"), ("make", "out", "out")),
    ],
)
def test_a_connection_is_painted_while_it_is_dragged(canvas, hand, source, target):
    before = picture(canvas)
    hand.press(hand.port(*source))
    hand.move(hand.port(*target))
    dragged = picture(canvas)
    assert dragged != before
    hand.key(Qt.Key.Key_Escape)
    hand.release(hand.port(*target))
    canvas.picked.hovered = canvas.picked.hovered_port = canvas.picked.hovered_wire = None
    assert picture(canvas) == before


def test_what_is_moved_and_its_guides_are_painted(canvas, hand):
    canvas.do.zoom_to(1.0)
    x, y = hand.middle("shape")
    hand.press((x, y))
    hand.move((x - 284, y + 60))
    assert canvas.pointing.gesture._snapped.upright
    assert accent(canvas) in shown_colours(canvas)
    hand.key(Qt.Key.Key_Escape)


def test_the_rubber_band_is_painted(canvas, hand):
    hand.press((-20, 150))
    hand.move((200, 180))
    assert picture(canvas)
    assert canvas.pointing.gesture._box is not None
    hand.key(Qt.Key.Key_Escape)


def test_frames_and_comments_are_painted_as_they_are_dragged_and_resized(canvas, hand):
    canvas.change_notes("frames", {"f": Frame("First", (-48.0, 330.0), (240.0, 120.0), "#3A6EA5")}, "frame")
    canvas.change_notes("comments", {"c": Comment("Mind\nthis", (600.0, 360.0))}, "comment")
    canvas.do.fit()
    before = picture(canvas)
    hand.press((0, 340))
    hand.move((48, 400))
    assert picture(canvas) != before
    hand.release((48, 400))
    assert canvas.board.body_shown.frames["f"].position != (-48.0, 330.0)
    hand.click((650, 380))
    selected = picture(canvas)
    hand.press((756, 436))
    hand.move((830, 500))
    assert picture(canvas) != selected
    hand.key(Qt.Key.Key_Escape)


@pytest.fixture
def hub(make_canvas):
    pipeline = Pipeline("hub", modules=dict(MODULES))
    pipeline.nodes["hub"] = Node(module="make", title="Hub")
    for number in range(HUB * 10):
        pipeline.nodes[f"n{number}"] = Node(module="add", title=f"n{number}", position=(480.0, 120.0 * number))
        pipeline.connections[f"n{number}.a"] = Connection("hub.out")
    return make_canvas(pipeline)


def test_of_a_hub_only_the_ends_are_shown_until_it_is_selected(hub):
    hub.do.zoom_to(1.0)
    hub.camera.x, hub.camera.y = -100.0, -100.0
    quiet = picture(hub)
    hub.selection = {"hub"}
    loud = picture(hub)
    between = [(x, y) for x in range(320, 560, 4) for y in range(0, 700, 4)]
    ground = QColor(hub.theme.colours.canvas).name(), QColor(hub.theme.colours.grid).name()
    assert sum(quiet.pixelColor(x, y).name() not in ground for x, y in between) < 60
    assert sum(loud.pixelColor(x, y).name() not in ground for x, y in between) > 600


@pytest.mark.parametrize("scale", [2.0, 1.0, 0.5, 0.3, 0.05])
def test_a_hub_is_painted_at_every_scale_selected_or_not(hub, scale):
    hub.do.zoom_to(scale)
    for chosen in (set(), {"hub"}, set(hub.board.cards)):
        hub.selection = chosen
        assert not picture(hub).isNull()


def test_very_many_connections_in_sight_are_painted_as_lines(make_canvas):
    pipeline = Pipeline("many", modules=dict(MODULES))
    for number in range(400):
        at = 240.0 * (number // 20), 108.0 * (number % 20)
        pipeline.nodes[f"n{number}"] = Node(module="add", title=f"n{number}", position=at)
        if number >= 20:
            pipeline.connections[f"n{number}.a"] = Connection(f"n{number - 20}.out")
            pipeline.connections[f"n{number}.b"] = Connection(f"n{number - 19}.out")
    canvas = make_canvas(pipeline)
    canvas.do.zoom_to(0.36)
    assert QColor(canvas.theme.colours.connection).name() in shown_colours(canvas)


def test_mapped_and_converted_connections_look_other_than_plain_ones(canvas):
    pictures = [picture(canvas)]
    for connection in (Connection("make.out", each=Each()), Connection("make.out", apply="builtins:str")):
        canvas.document.edit(Change("connections", {"add.a": connection}), "change")
        pictures.append(picture(canvas))
    assert pictures[0] != pictures[1] != pictures[2] != pictures[0]


def test_a_group_and_a_breakpoint_are_painted(canvas):
    canvas.document.edit(group_nodes(canvas.document.body(), ["make", "add"], "both"), "group")
    canvas.selection = {"last"}
    canvas.do.breakpoint_()
    for scale in (1.0, 0.5, 0.2):
        canvas.do.zoom_to(scale)
        assert not picture(canvas).isNull()
    assert canvas.document.pipeline.nodes["last"].breakpoint


def test_after_a_step_of_zoom_cards_are_rough_for_a_moment_and_then_sharp(make_canvas):
    pipeline = Pipeline("many", modules=dict(MODULES))
    for number in range(300):
        at = 200.0 * (number % 20), 100.0 * (number // 20)
        pipeline.nodes[f"n{number}"] = Node(module="add", title=f"Task {number}", position=at)
    canvas = make_canvas(pipeline)
    picture(canvas)
    canvas.do.zoom_to(0.37)
    canvas.grab()
    assert canvas.picture.incomplete
    rough = canvas.grab().toImage()
    assert picture(canvas) != rough


# What else Qt tells


def test_the_wheel_moves_sideways_with_shift_and_both_ways_by_two_fingers(canvas):
    def turn(pixels, angle, keys=Qt.KeyboardModifier.NoModifier):
        at = QPointF(100, 100)
        event = QWheelEvent(
            at,
            canvas.mapToGlobal(at),
            pixels,
            angle,
            Qt.MouseButton.NoButton,
            keys,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(canvas, event)

    x, y, scale = canvas.camera.x, canvas.camera.y, canvas.camera.scale
    turn(QPoint(), QPoint(0, 120), Qt.KeyboardModifier.ShiftModifier)
    assert canvas.camera.x != x
    assert canvas.camera.y == y
    turn(QPoint(0, 30), QPoint(0, 120))
    assert canvas.camera.y != y
    assert canvas.camera.scale == scale


def test_space_and_dragging_pans(canvas, hand):
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    left = canvas.camera.x
    hand.press((100, 100))
    hand.move((150, 100))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.camera.x != left
    hand.key(Qt.Key.Key_Escape)
    assert canvas.camera.x == left
    assert not canvas.selection


def test_a_right_click_selects_what_is_there_and_asks_for_its_menu(canvas, hand, qtbot):
    def click(place):
        at = hand.view(place).toPoint()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, canvas.mapToGlobal(at))
        with qtbot.wait_signal(canvas.context_requested) as asked:
            QApplication.sendEvent(canvas, event)
        return asked.args[0]

    assert click(hand.middle("add")) == "add"
    assert canvas.selection == {"add"}
    x1, y1, x2, y2 = canvas.board.curves[canvas.board.ends.row["add.a"]]
    assert click(((x1 + x2) / 2, (y1 + y2) / 2)) == ""
    assert canvas.picked.wires == {"add.a"}


def test_a_tooltip_is_asked_for_by_resting(canvas, hand):
    at = hand.view(hand.middle("add")).toPoint()
    event = QHelpEvent(QEvent.Type.ToolTip, at, canvas.mapToGlobal(at))
    assert QApplication.sendEvent(canvas, event)


def test_the_tooltip_of_a_connection_tells_of_its_values_also_what_is_known_later(canvas, hand):
    known, asked = ["2.0 MB"], []

    def facts(*which):
        asked.append(which)
        return known

    canvas.value_facts = facts
    x1, y1, x2, y2 = canvas.board.curves[canvas.board.ends.row["add.a"]]
    at = hand.view(((x1 + x2) / 2, (y1 + y2) / 2)).toPoint()
    assert QApplication.sendEvent(canvas, QHelpEvent(QEvent.Type.ToolTip, at, canvas.mapToGlobal(at)))
    assert asked == [((), "make.out", "add.a")]
    assert "2.0 MB" in QToolTip.text()
    known.append("array, 64 × 64")
    canvas.tell_more()
    assert "array, 64 × 64" in QToolTip.text()
    QToolTip.showText(canvas.mapToGlobal(at), "of another widget", canvas)
    canvas.tell_more()
    assert QToolTip.text() == "of another widget"
    QToolTip.hideText()


def test_a_click_on_the_small_map_goes_there(hub, qtbot):
    hub.do.zoom_to(1.0)
    hub.overlays.map.redraw()
    assert not hub.overlays.map.isHidden()
    before = hub.camera.y
    QTest.mouseClick(hub.overlays.map, Qt.MouseButton.LeftButton, pos=QPoint(92, 118))
    assert hub.camera.y > before
    QTest.mouseClick(hub.overlays.map, Qt.MouseButton.LeftButton, pos=QPoint(92, 6))
    assert hub.camera.y < before


def state_colour(canvas, state):
    return QColor(STATES[state].colour.on(canvas.theme.colours)).name()


def colours_of(widget):
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_the_small_map_shows_how_nodes_do_as_soon_as_it_is_there(hub):
    hub.do.fit()
    assert hub.overlays.map.isHidden()
    hub.show_states({f"n{number}": NodeLook("failed") for number in range(200)})
    hub.telling.show()
    hub.do.zoom_to(1.0)
    assert not hub.overlays.map.isHidden()
    assert state_colour(hub, "failed") in colours_of(hub.overlays.map)


def test_in_a_group_there_is_no_map_of_what_is_around_it(hub):
    hub.selection = {"hub", "n0"}
    hub.do.group()
    (group,) = hub.selection
    hub.do.zoom_to(1.0)
    assert not hub.overlays.map.isHidden()
    shown = []
    hub.where_changed.connect(lambda: shown.append(not hub.overlays.map.isHidden()))
    hub.do.open(group)
    assert shown == [False]
    hub.do.up()
    hub.do.zoom_to(1.0)
    assert not hub.overlays.map.isHidden()


def test_from_afar_it_is_still_seen_how_selected_nodes_do(hub):
    hub.show_states({name: NodeLook("failed") for name in hub.board.cards})
    hub.telling.show()
    hub.do.fit()
    assert hub.camera.scale < hub.board.far_below
    assert state_colour(hub, "failed") in shown_colours(hub)
    assert accent(hub) not in shown_colours(hub)
    hub.selection = set(hub.board.cards)
    assert {state_colour(hub, "failed"), accent(hub)} <= shown_colours(hub)


def test_of_several_inputs_the_person_chooses_one(canvas, qtbot):
    chosen = []
    canvas.overlays.choose(["one", "two"], chosen.append)
    menu = canvas.findChild(QMenu)
    menu.actions()[1].trigger()
    assert chosen == ["two"]
    menu.close()


def test_zooming_by_name_keeps_the_middle(canvas):
    middle = canvas.middle()
    canvas.do.zoom_in()
    canvas.do.zoom_out()
    canvas.do.zoom_to(1.0)
    assert canvas.camera.scale == 1.0
    assert canvas.middle() == pytest.approx(middle)
    canvas.selection = {"shape"}
    canvas.do.fit_selection()
    assert canvas.middle()[0] == pytest.approx(canvas.card_box("shape").center().x())


def test_a_port_of_a_group_has_the_type_of_the_inner_one(canvas):
    canvas.document.edit(group_nodes(canvas.document.body(), ["make", "add"], "both"), "group")
    hand = Hand(canvas)
    hand.drag(hand.port("both", "out", "out"), hand.port("shape", "in", "table"))
    assert "shape.table" not in canvas.document.pipeline.connections
    hand.drag(hand.port("both", "out", "out"), hand.port("last", "in", "b"))
    assert canvas.document.pipeline.connections["last.b"] == Connection("both.out")


def test_notes_are_copied_pasted_and_deleted(canvas, hand, unchanged):
    canvas.change_notes("comments", {"c": Comment("Mind this", (600.0, 360.0))}, "comment")
    canvas.pick((), (), {("comments", "c")})
    canvas.do.copy()
    canvas.do.paste()
    assert set(canvas.document.pipeline.comments) == {"c", "c_2"}
    hand.key(Qt.Key.Key_Delete)
    assert set(canvas.document.pipeline.comments) == {"c"}
    assert unchanged()


def test_a_module_that_is_gone_leaves_a_card_that_says_so(make_canvas):
    pipeline = small()
    del pipeline.modules["add"]
    canvas = make_canvas(pipeline)
    assert canvas.board.cards["add"].kind == "add"
    assert not picture(canvas).isNull()
    assert PortAt("add", "in", "a").name in canvas.board.cards["add"].ports.inputs


def test_from_afar_it_is_still_seen_how_the_only_node_does_that_is_left(hub):
    left = list(hub.board.cards)[-1]
    hub.show_states({left: NodeLook("failed")})
    hub.telling.show()
    hub.do.fit()
    hub.selection = set(hub.board.cards) - {left}
    hub.do.delete()
    assert list(hub.board.cards) == [left]
    assert hub.camera.scale < hub.board.far_below
    assert state_colour(hub, "failed") in shown_colours(hub)
    hub.document.undo()
    assert state_colour(hub, "failed") in shown_colours(hub)
