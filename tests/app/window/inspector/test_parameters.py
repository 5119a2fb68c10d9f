"""The inputs of the selected nodes, set, swept, connected and refused."""

from __future__ import annotations

from inspecting import actions, node, row, sees, settle
from panels import ADD
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from treadle.app.window.inspector.rows import ConnectedRow, Row
from treadle.core.document import encode
from treadle.core.edits import connect
from treadle.core.pipeline import Connection, Node, Sweep

MS = 5_000


def test_each_input_has_a_row_and_what_is_connected_says_by_what(shown):
    panel = shown("smooth")
    assert list(panel.parameters.rows) == ["image", "sigma", "keep_range"]
    assert isinstance(row(panel, "image"), ConnectedRow)
    assert row(panel, "image").source.text() == "load.out"
    assert row(panel, "sigma").editor.draft() == "2"


def test_typing_is_one_step_and_undo_shows_the_old_value(shown, document, qapp):
    panel = shown("smooth")
    line = row(panel, "sigma").editor.line
    line.clear()
    QTest.keyClicks(line, "12.5")
    assert node(document, "smooth").params["sigma"] == 12.5
    document.undo()
    settle(qapp)
    assert node(document, "smooth").params["sigma"] == 2.0
    assert line.text() == "2"


def test_leaving_a_field_ends_the_step(shown, document, qapp):
    panel = shown("smooth")
    editor = row(panel, "sigma").editor
    editor.line.setText("")
    QTest.keyClicks(editor.line, "1")
    editor.left.emit()
    QTest.keyClicks(editor.line, "5")
    assert node(document, "smooth").params["sigma"] == 15
    document.undo()
    assert node(document, "smooth").params["sigma"] == 1


def test_a_wrong_value_stays_in_its_field_says_why_and_never_reaches_the_document(shown, document, qapp):
    panel = shown("smooth")
    before = encode(document.pipeline)
    line = row(panel, "sigma").editor.line
    line.setText("9")
    QTest.keyClicks(line, "9")
    assert encode(document.pipeline) == before
    assert row(panel, "sigma").fault.text() == "99.0 is outside the range 0 to 50 px"
    assert sees(panel, "sigma", "fault")
    panel.refresh()
    assert line.text() == "99"


def test_a_wrong_value_is_there_again_when_its_node_is(shown, document):
    panel = shown("smooth")
    QTest.keyClicks(row(panel, "sigma").editor.line, "x")
    shown("add")
    shown("smooth")
    assert row(panel, "sigma").editor.draft() == "2x"
    assert sees(panel, "sigma", "fault")
    QTest.keyClick(row(panel, "sigma").editor.line, Qt.Key.Key_Backspace)
    assert not sees(panel, "sigma", "fault")
    shown("add")
    shown("smooth")
    assert row(panel, "sigma").editor.draft() == "2"


def test_a_default_is_a_placeholder_and_a_button_gives_it_back(shown, document, qapp):
    panel = shown("smooth")
    assert sees(panel, "sigma", "reset")
    assert not sees(panel, "keep_range", "reset")
    row(panel, "sigma").reset.click()
    assert "sigma" not in node(document, "smooth").params
    assert row(panel, "sigma").editor.line.text() == ""
    assert row(panel, "sigma").editor.line.placeholderText() == "1"


def test_disconnecting_makes_the_input_one_to_be_set(shown, document, qapp):
    panel = shown("load")
    row(panel, "path").cut.click()
    settle(qapp)
    assert "load.path" not in document.pipeline.connections
    assert isinstance(row(panel, "path"), Row)


def test_the_source_of_a_connection_can_be_gone_to(shown, qtbot):
    panel = shown("smooth")
    with qtbot.waitSignal(panel.node_wanted) as caught:
        row(panel, "image").source.click()
    assert caught.args == ["load"]


def test_of_nodes_that_are_fed_by_several_outputs_no_source_is_shown(shown, document, qapp):
    document.edit(connect("smoother.image", Connection("smooth.out")), "connect")
    panel, wanted = shown("smooth", "smoother"), []
    panel.node_wanted.connect(wanted.append)
    source = row(panel, "image").source
    assert (source.text(), source.toolTip()) == ("several outputs", "Fed by load.out, smooth.out")
    source.click()
    assert wanted == []


def test_an_input_is_connected_from_a_list_of_outputs_that_fit(shown, document, qapp):
    panel = shown("smoother")
    panel.parameters._connect(row(panel, "image"))
    found = [entry.text for entry in panel.parameters._popup.list.entries]
    assert found[:2] == ["load.out", "smooth.out"]
    panel.parameters._popup.list.entries[1].callback()
    assert document.pipeline.connections["smoother.image"] == Connection("smooth.out")


def test_a_parameter_is_swept_and_set_again(shown, document, qapp):
    panel = shown("smooth")
    actions(panel, "sigma")["Sweep over several values"].trigger()
    settle(qapp)
    assert node(document, "smooth").sweeps == {"sigma": Sweep((2.0,))}
    assert "sigma" not in node(document, "smooth").params
    editor = row(panel, "sigma").editor
    editor.add_item()
    editor.list.item(1).setText("99")
    assert "outside the range" in row(panel, "sigma").fault.text()
    assert node(document, "smooth").sweeps["sigma"].values == (2.0, 2.0)
    editor.list.item(1).setText("8")
    assert node(document, "smooth").sweeps["sigma"].values == (2.0, 8.0)
    actions(panel, "sigma")["Stop sweeping"].trigger()
    settle(qapp)
    assert node(document, "smooth").params == {"sigma": 2.0}


def test_a_reference_to_the_environment_may_stand_for_any_value(shown, document, qapp):
    panel = shown("smooth")
    actions(panel, "sigma")["Use an environment variable"].trigger()
    assert row(panel, "sigma").editor.draft() == "${env:NAME}"
    assert node(document, "smooth").params["sigma"] == "${env:NAME}"
    settle(qapp)
    row(panel, "sigma").editor.show_draft("${env:}")
    assert sees(panel, "sigma", "fault")
    row(panel, "sigma").reset.click()
    settle(qapp)
    assert "sigma" not in node(document, "smooth").params
    assert row(panel, "sigma").editor.line.placeholderText() == "1"


def test_a_module_that_takes_any_input_is_given_new_ones_by_name(shown, document, qapp):
    record = ADD.__class__(path="a:record", inputs=(), outputs=ADD.outputs, open_inputs=True)
    document.pipeline.modules[record.path] = record
    document.pipeline.nodes["record"] = Node(module=record.path)
    panel = shown("record")
    QTest.keyClicks(panel.parameters.new_input.line, "area")
    QTest.keyClick(panel.parameters.new_input.line, Qt.Key.Key_Return)
    settle(qapp)
    assert list(panel.parameters.rows) == ["area"]
    row(panel, "area").editor.text.setPlainText("12.5")
    assert node(document, "record").params == {"area": 12.5}
    for name, fault in (("area", "already"), (" ", "is empty")):
        panel.parameters.new_input.line.setText(name)
        QTest.keyClick(panel.parameters.new_input.line, Qt.Key.Key_Return)
        assert fault in panel.parameters.new_input.fault.text()
    row(panel, "area").reset.click()
    settle(qapp)
    assert panel.parameters.rows == {}
