from __future__ import annotations

import pytest
from panels import ADD, FILES, LOAD, MODULES, SMOOTH, filled_catalogue
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit

from treadle.app.window.document import Document
from treadle.app.window.inspector.panel import InspectorPanel
from treadle.app.window.inspector.rows import ConnectedRow, Row
from treadle.app.window.inspector.sources import NoRuns, OutputPreview
from treadle.app.window.looks import NodeLook
from treadle.app.window.theme.theme import Theme
from treadle.core.describing.source import describe_source
from treadle.core.document import encode
from treadle.core.edits import apply, group_nodes, remove_nodes
from treadle.core.pipeline import Connection, Each, Fold, Join, Node, Pipeline, Placement, Repeat, Sweep, Zip

SOURCE = "def scale(x: float, factor: float = 2.0) -> float:\n    return x * factor\n"
MS = 5_000


class OneRun(NoRuns):
    """A run of which a test says how it did."""

    def __init__(self):
        super().__init__()
        self.looks, self.shown, self.lines, self.wanted = {}, {}, {}, []

    def look(self, node):
        return self.looks.get(node, NodeLook())

    def why(self, node):
        return "ipython has no engines" if self.look(node).scheme else ""

    def want_details(self, node):
        self.wanted.append(node)

    def previews(self, node):
        return self.shown.get(node, ())

    def log(self, node):
        return self.lines.get(node, ())


@pytest.fixture
def document(qapp):
    pipeline = Pipeline("demo")
    pipeline.modules = {module.path: module.without_help() for module in MODULES}
    pipeline.modules["scale"] = describe_source(SOURCE, "scale")
    pipeline.nodes = {
        "files": Node(module=FILES.path),
        "load": Node(module=LOAD.path),
        "smooth": Node(module=SMOOTH.path, params={"sigma": 2.0}),
        "smoother": Node(module=SMOOTH.path, params={"sigma": 4.0}),
        "add": Node(module=ADD.path, params={"a": 1.0}),
        "scale": Node(module="scale", params={"x": 3.0}),
    }
    pipeline.connections = {
        "load.path": Connection("files.out", each=Each()),
        "smooth.image": Connection("load.out"),
    }
    return Document(pipeline)


@pytest.fixture
def runs(qapp):
    return OneRun()


@pytest.fixture
def panel(document, runs, tmp_path, qtbot):
    made = InspectorPanel(document, filled_catalogue(tmp_path / "c.json"), runs, Theme("light"))
    qtbot.addWidget(made)
    made.show()
    for section in made.sections.values():
        section.open()
    return made


@pytest.fixture
def shown(panel, qapp):
    def show(*ids, where=()):
        panel.show_nodes(where, ids)
        return panel

    return show


def row(panel, name):
    return panel.parameters.rows[name]


def sees(panel, name, part):
    """Whether a part of a row is shown, also before the row is laid out."""
    return getattr(row(panel, name), part).isVisibleTo(row(panel, name))


def node(document, name):
    return document.pipeline.nodes[name]


def settle(qapp):
    qapp.processEvents()


def test_where_nothing_is_selected_it_says_what_to_do(panel):
    assert panel.empty.isVisible()
    assert "Select a node" in panel.empty.said


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


def test_an_input_is_connected_from_a_list_of_outputs_that_fit(shown, document, qapp):
    panel = shown("smoother")
    panel.parameters._connect(row(panel, "image"))
    found = [entry.text for entry in panel.parameters._popup.list.entries]
    assert found[:2] == ["load.out", "smooth.out"]
    panel.parameters._popup.list.entries[1].callback()
    assert document.pipeline.connections["smoother.image"] == Connection("smooth.out")


def actions(panel, name):
    menu = panel.parameters.menu_for(row(panel, name))
    return {action.text(): action for action in menu.actions() if action.text()}


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


def test_several_nodes_are_edited_in_what_they_have_in_common_in_one_step(shown, document, qapp):
    panel = shown("smooth", "smoother")
    assert panel.header.title.text() == "2 nodes"
    assert row(panel, "sigma").editor.line.placeholderText() == "several values"
    QTest.keyClicks(row(panel, "sigma").editor.line, "7")
    assert [node(document, name).params["sigma"] for name in ("smooth", "smoother")] == [7, 7]
    document.undo()
    assert [node(document, name).params["sigma"] for name in ("smooth", "smoother")] == [2.0, 4.0]


def test_nodes_with_nothing_in_common_say_so(shown):
    panel = shown("files", "add")
    assert panel.parameters.rows == {}


def test_a_node_that_is_deleted_is_shown_no_more(shown, document, qapp):
    panel = shown("smooth")
    document.edit(remove_nodes(document.body(), ["smooth"]), "delete")
    settle(qapp)
    assert panel.empty.isVisible()
    document.undo()
    settle(qapp)
    assert panel.selected == ("smooth",)


def test_nodes_inside_a_group_are_edited_there(document, shown, qapp):
    apply(document.pipeline, group_nodes(document.pipeline, ["smooth"], "g"))
    panel = shown("smooth", where=("g",))
    QTest.keyClicks(row(panel, "sigma").editor.line, "5")
    assert document.pipeline.node("g/smooth").params["sigma"] == 25
    shown("g")
    assert list(panel.parameters.rows) == ["image"]


def test_a_title_is_typed_in_one_step(shown, document):
    panel = shown("smooth")
    assert panel.header.title.text() == "Smooth"
    panel.header.title.selectAll()
    QTest.keyClicks(panel.header.title, "Blur")
    panel.header.title.editingFinished.emit()
    assert node(document, "smooth").title == "Blur"
    document.undo()
    assert node(document, "smooth").title == ""


def test_settings_show_what_the_module_asks_for_and_take_what_the_node_does(shown, document):
    panel = shown("smooth")
    cores = panel.settings.rows["n_procs"].editor
    assert cores.line.placeholderText() == "1"
    QTest.keyClicks(cores.line, "4")
    QTest.keyClicks(panel.settings.rows["timeout"].editor.line, "60")
    panel.settings.rows["cache"].editor.box.activated.emit(2)
    assert (node(document, "smooth").n_procs, node(document, "smooth").timeout) == (4, 60)
    assert node(document, "smooth").cache is False
    panel.refresh()
    assert panel.sections["settings"].note.toolTip() == "4 cores · 60 s"
    panel.settings.rows["n_procs"].reset.click()
    assert node(document, "smooth").n_procs is None


def test_settings_that_nobody_can_give_are_refused(shown, document):
    panel = shown("smooth")
    for name, text in (("n_procs", "-1"), ("timeout", "0"), ("retries", "5000"), ("mem_gb", "${env:A}")):
        QTest.keyClicks(panel.settings.rows[name].editor.line, text)
        assert panel.settings.rows[name].fault.isVisibleTo(panel.settings.rows[name])
    kept = node(document, "smooth")
    assert (kept.n_procs, kept.timeout, kept.mem_gb) == (None, None, None)


def test_a_scheme_is_preferred_and_the_reasons_for_the_present_one_are_told(shown, document, runs, qapp):
    runs.looks["smooth"] = NodeLook(state="stale", scheme="processes", reason="sigma changed")
    panel = shown("smooth")
    assert "Last run: processes, because ipython has no engines" in panel.scheme.why.text()
    assert panel.header.state.text() == "Stale: sigma changed"
    panel.scheme.box.activated.emit(panel.scheme.box.findData("ipython"))
    assert node(document, "smooth").scheme == "ipython"
    settle(qapp)
    assert panel.sections["scheme"].note.toolTip() == "ipython → processes"


def test_a_scheme_that_is_not_supported_cannot_be_chosen(shown):
    panel = shown("smooth")
    index = panel.scheme.box.findData("threads")
    assert "not supported" in panel.scheme.box.itemText(index)
    assert not panel.scheme.box.model().item(index).isEnabled()


def test_a_node_is_placed_on_hosts_engines_or_once_on_each(shown, document, qapp):
    panel = shown("smooth")
    place = panel.placement
    place.way.setCurrentIndex(1)
    place.way.activated.emit(1)
    assert node(document, "smooth").placement is None
    place.hosts.show_draft(["node1", "node2"])
    assert node(document, "smooth").placement == Placement(hosts=("node1", "node2"))
    place.way.activated.emit(2)
    place.engines.show_draft(["0", "x"])
    assert "Item 2" in place.fault.text()
    place.engines.show_draft(["${env:A}"])
    assert "environment variable" in place.fault.text()
    place.engines.show_draft(["0", "3"])
    assert node(document, "smooth").placement == Placement(engines=(0, 3))
    place.way.activated.emit(4)
    assert node(document, "smooth").placement == Placement(once_on="engine")
    settle(qapp)
    assert panel.sections["placement"].note.toolTip() == "once on each engine"
    place.way.activated.emit(0)
    assert node(document, "smooth").placement is None


def test_a_connection_hands_over_items_or_a_list(shown, document, qapp):
    panel = shown("load")
    hand = panel.mapping.hands["path"]
    assert hand.way.currentText() == "item by item"
    panel.sections["mapping"].open()
    QTest.keyClicks(hand.axis, "subject")
    assert document.pipeline.connections["load.path"].each == Each("subject")
    hand.way.activated.emit(2)
    settle(qapp)
    assert document.pipeline.connections["load.path"].join == Join()
    hand.skip.click()
    hand.labels.click()
    QTest.keyClicks(hand.axis, "a, b")
    assert document.pipeline.connections["load.path"].join == Join(("a", "b"), "skip", False, True)
    hand.way.activated.emit(0)
    assert document.pipeline.connections["load.path"].direct


def test_how_often_a_node_runs_is_told_in_a_sentence(shown, qtbot):
    panel = shown("smooth")
    qtbot.waitUntil(lambda: "Runs once for each item of" in panel.mapping.sentence.text(), timeout=MS)
    shown("add")
    qtbot.waitUntil(lambda: panel.mapping.sentence.text() == "Runs once.", timeout=MS)


def test_the_sentence_tells_the_number_of_tasks(shown, document, runs, qtbot):
    document.pipeline.nodes["add"] = Node(module=ADD.path, sweeps={"a": Sweep((1.0, 2.0, 3.0))}, params={"b": 1.0})
    panel = shown("add")
    qtbot.waitUntil(lambda: panel.mapping.sentence.text().endswith("value of a (3): 3 tasks."), timeout=MS)


def test_lists_step_together(shown, document, qapp):
    document.pipeline.nodes["add"] = Node(
        module=ADD.path, sweeps={"a": Sweep((1.0, 2.0)), "b": Sweep((3.0, 4.0))}, params={}
    )
    panel = shown("add")
    for box in panel.mapping.zips.values():
        box.click()
    assert node(document, "add").zips == (Zip(("a", "b")),)
    settle(qapp)
    QTest.keyClicks(panel.mapping.zip_axis, "pair")
    assert node(document, "add").zips == (Zip(("a", "b"), "pair"),)


def test_a_node_folds_or_repeats(shown, document, qapp):
    panel = shown("add")
    loops = panel.mapping.loops
    loops.way.activated.emit(1)
    settle(qapp)
    assert node(document, "add").fold == Fold("a")
    assert "“out” of one becomes “a” of the next" in loops.told.text()
    loops.port.setCurrentIndex(1)
    loops.port.activated.emit(1)
    assert node(document, "add").fold == Fold("b")
    loops.way.activated.emit(2)
    settle(qapp)
    loops.bound.setValue(5)
    assert node(document, "add").repeat == Repeat({"a": "out"}, "out", 5)
    loops.way.activated.emit(0)
    assert node(document, "add").fold is node(document, "add").repeat is None


def test_the_help_is_that_of_the_catalogue(shown):
    panel = shown("smooth")
    assert "Smooth an image with a Gaussian." in panel.help.toPlainText()
    assert "the width." in panel.help.toPlainText()


def test_a_source_is_edited_when_it_is_right_and_kept_until_then(shown, document, qapp):
    panel = shown("scale")
    assert panel.sections["source"].isVisible()
    panel.source.editor.text.setPlainText("def scale(x: float, by")
    assert "line 1" in panel.source.fault.text()
    assert document.pipeline.modules["scale"].source == SOURCE
    shown("add")
    assert not panel.sections["source"].isVisible()
    shown("scale")
    assert panel.source.editor.draft() == "def scale(x: float, by"
    panel.source.editor.text.setPlainText("def scale(x: float, by: int = 3) -> float:\n    return x * by\n")
    settle(qapp)
    assert list(panel.parameters.rows) == ["x", "by"]
    document.undo()
    settle(qapp)
    assert panel.source.editor.draft() == SOURCE


def test_before_a_run_previews_and_log_say_what_to_do(shown):
    panel = shown("smooth")
    assert panel.previews.texts == ["Run to see what comes out."]
    assert panel.log.empty.text() == "Run to see what it writes."


def test_a_run_is_shown_as_it_goes(shown, runs):
    panel = shown("smooth")
    assert runs.wanted == ["smooth"]
    runs.shown["smooth"] = [
        OutputPreview("out", {"type": "numpy.ndarray", "shape": [4, 5], "dtype": "float64", "range": [0.0, 1.5]}, "a")
    ]
    runs.lines["smooth"] = ["first"]
    runs.details_changed.emit("load")
    assert panel.log.text.toPlainText() == ""
    runs.details_changed.emit("smooth")
    assert panel.previews.texts == ["out · a: array, 4 × 5, float64, 0 … 1.5"]
    runs.lines["smooth"] = ["first", "second"]
    runs.details_changed.emit("smooth")
    assert panel.log.text.toPlainText() == "first\nsecond"
    runs.looks["smooth"] = NodeLook(state="running", axes=("image",), total=8, counts={"succeeded": 3, "running": 1})
    runs.looks_changed.emit({"smooth"})
    assert panel.header.state.text() == "Running · 3 of 8 tasks"


def test_other_runs_and_documents_are_shown_instead(shown, panel, qapp):
    shown("smooth")
    panel.set_runs(None)
    other = Document(Pipeline("other"))
    panel.set_document(other)
    assert panel.empty.isVisible()
    other.pipeline.modules[ADD.path] = ADD
    other.pipeline.nodes["add"] = Node(module=ADD.path)
    panel.show_nodes((), ("add",))
    assert list(panel.parameters.rows) == ["a", "b"]


def test_showing_a_node_changes_nothing(shown, document, qapp):
    before = encode(document.pipeline)
    for name in document.pipeline.nodes:
        panel = shown(name)
        for section in panel.sections.values():
            section.open()
        settle(qapp)
    panel._theme.choose("dark")
    settle(qapp)
    assert encode(document.pipeline) == before
    assert not document.undo_label


def test_every_field_and_button_has_a_name_for_screen_readers(shown):
    panel = shown("smooth")
    for section in panel.sections.values():
        section.open()
    for kind in (QAbstractButton, QComboBox, QPlainTextEdit, QAbstractSpinBox, QLineEdit):
        for widget in panel.findChildren(kind):
            if widget.objectName() == "qt_spinbox_lineedit" or not widget.isVisibleTo(panel):
                continue
            named = widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text())
            assert named, (kind, widget.objectName(), widget.parent())


def test_what_is_closed_is_filled_when_it_is_opened(shown, panel):
    panel.sections["settings"].open(yes=False)
    shown("smooth")
    assert panel.settings.rows == {}
    panel.sections["settings"].head.click()
    assert "n_procs" in panel.settings.rows


@pytest.mark.parametrize("name", ["x" * 101, "a\u202eb"])
def test_an_axis_that_cannot_be_called_so_is_refused(shown, document, qapp, name):
    document.pipeline.nodes["add"] = Node(
        module=ADD.path, sweeps={"a": Sweep((1.0,)), "b": Sweep((3.0,))}, zips=(Zip(("a", "b")),), fold=Fold("a")
    )
    panel = shown("add")
    for line, fault in (
        (panel.mapping.zip_axis, panel.mapping.zip_fault),
        (panel.mapping.loops.axis, panel.mapping.loops.fault),
    ):
        line.setText(name)
        line.textEdited.emit(name)
        assert fault.text().startswith("The name ")
    assert node(document, "add").zips == (Zip(("a", "b")),)
    shown("load")
    hand = panel.mapping.hands["path"]
    hand.axis.setText(name)
    hand.axis.textEdited.emit(name)
    assert hand.fault.text().startswith("The name ")
    assert document.pipeline.connections["load.path"].each == Each()


def test_who_comes_by_key_is_led_to_the_first_thing_to_set(shown, qapp):
    panel = shown("smooth")
    panel.activateWindow()
    panel.setFocus()
    assert row(panel, "sigma").isAncestorOf(qapp.focusWidget())


def test_a_reason_that_names_the_scheme_is_told_as_it_is(shown, runs, monkeypatch):
    runs.looks["smooth"] = NodeLook(state="succeeded", scheme="threads")
    monkeypatch.setattr(runs, "why", lambda _node: "threads: expected to finish first")
    assert shown("smooth").scheme.why.text().startswith("Last run: threads: expected to finish first")


def test_a_node_that_was_gone_for_a_while_is_shown_as_it_is_now(shown, document, qapp):
    panel = shown("smooth")
    shown()
    document.edit(remove_nodes(document.body(), ["smoother"]), "delete")
    document.undo()
    document.edit(remove_nodes(document.body(), ["smooth"]), "delete")
    shown("smooth")
    document.undo()
    settle(qapp)
    assert row(panel, "sigma").editor.draft() == "2"
    QTest.keyClicks(row(panel, "sigma").editor.line, "0")
    assert node(document, "smooth").params["sigma"] == 20


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
