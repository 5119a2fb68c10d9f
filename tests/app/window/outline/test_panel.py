from __future__ import annotations

import pytest
from panels import ADD, FILES, LOAD, MODULES, SMOOTH, SlowRunner, filled_catalogue
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QAbstractItemModelTester, QTest
from PyQt6.QtWidgets import QAbstractButton, QAbstractItemView, QLineEdit

from treadle.app.window.catalogue import Catalogue
from treadle.app.window.document import Document
from treadle.app.window.inspector.sources import NoRuns
from treadle.app.window.looks import NodeLook
from treadle.app.window.outline.nodes import FEW
from treadle.app.window.outline.panel import OutlinePanel
from treadle.app.window.outline.places import ID, NAME, STATE
from treadle.app.window.theme.theme import Theme
from treadle.core import protocol as p
from treadle.core.document import encode
from treadle.core.edits import Change, Steps, group_nodes, remove_nodes, ungroup, update_nodes
from treadle.core.pipeline import Connection, Each, Node, Pipeline

TEXT, SPOKEN = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole


@pytest.fixture
def document(qapp):
    pipeline = Pipeline("demo")
    pipeline.modules = {module.path: module.without_help() for module in MODULES}
    pipeline.nodes = {
        "files": Node(module=FILES.path, position=(0, 0)),
        "load": Node(module=LOAD.path, position=(300, 0)),
        "smooth": Node(module=SMOOTH.path, position=(600, 40)),
    }
    pipeline.connections = {"load.path": Connection("files.out", each=Each())}
    return Document(pipeline)


@pytest.fixture
def catalogue(tmp_path):
    return filled_catalogue(tmp_path / "c.json")


@pytest.fixture
def make(qtbot):
    # Kept to the end: a window of which nobody knows may be collected while it is painted.
    made = []

    def panel(document, catalogue):
        made.append(OutlinePanel(document, Theme("light"), catalogue))
        qtbot.addWidget(made[-1])
        made[-1].show()
        return made[-1]

    return panel


@pytest.fixture
def panel(make, document, catalogue):
    made = make(document, catalogue)
    # It looks at the model after each change, and complains where Qt's rules for models are broken.
    made.tester = QAbstractItemModelTester(made.nodes, QAbstractItemModelTester.FailureReportingMode.Warning)
    return made


def rows(panel, parent=None):
    model = panel.nodes
    parents = () if parent is None else (parent,)
    return [model.index(row, NAME, *parents).data(TEXT) for row in range(model.rowCount(*parents))]


def wires(panel):
    model = panel.wires
    return [tuple(model.index(row, column).data(TEXT) for column in range(3)) for row in range(model.rowCount())]


def select(panel, *ids, where=()):
    panel.show_selection(where, ids)
    return panel


def press(panel, key, modifier=Qt.KeyboardModifier.NoModifier):
    panel.activateWindow()
    panel.tree.setFocus()
    QTest.keyClick(panel.tree, key, modifier)


def test_nodes_and_connections_are_listed(panel):
    assert rows(panel) == ["Find files", "Load image", "Smooth"]
    assert wires(panel) == [("Find files · out", "Load image · path", "item by item")]


def test_a_screen_reader_is_told_what_a_row_is(panel):
    assert panel.nodes.index(2, NAME).data(SPOKEN) == "Smooth, images · smooth, id smooth, Never run"
    assert (
        panel.wires.index(0, 0).data(SPOKEN) == "from Find files · out to Load image · path, item by item"
    )  # fmt: skip


def test_every_widget_has_a_name(panel):
    for widget in [*panel.findChildren(QAbstractItemView), panel.message, panel]:
        if widget.isVisibleTo(panel) and widget.parent() is not None:
            assert widget.accessibleName()
    for button in panel.buttons.findChildren(QAbstractButton):
        assert button.accessibleName()
        assert button.accessibleDescription().startswith("Key: ")


def test_without_nodes_it_says_what_to_do(catalogue, make):
    panel = make(None, catalogue)
    assert "No nodes yet" in panel.empty.said
    panel.empty.press()
    assert panel.asking.popup.isVisible()


def test_connections_are_shown_anew_once_for_an_edit_and_the_selection_that_follows(panel, document, qtbot):
    select(panel, "files")
    qtbot.waitUntil(lambda: len(wires(panel)) == 1)
    shown = []
    panel.wires.modelReset.connect(lambda: shown.append(wires(panel)))
    copies = {f"copy{number}": Node(module=LOAD.path, title=f"Copy {number}") for number in range(FEW + 1)}
    fed = {f"{name}.path": Connection("files.out") for name in copies}
    document.edit(Steps((Change("nodes", copies), Change("connections", fed))), "paste")
    select(panel, "copy1", "copy2")
    qtbot.waitUntil(lambda: bool(shown))
    assert shown == [[("Find files · out", f"Copy {number} · path", "as it is") for number in (1, 2)]]


def test_a_module_is_added_beside_the_current_node_and_selected(panel, document, qtbot):
    select(panel, "files")
    with qtbot.waitSignal(panel.selection_changed) as caught:
        panel.place(ADD)
    assert document.pipeline.nodes["add"].position == (240, 0)
    assert caught.args == [(), ("add",)]
    assert panel.ids == ("add",)
    document.undo()
    assert "add" not in document.pipeline.nodes


def test_a_key_opens_the_search_and_enter_adds(panel, document):
    press(panel, Qt.Key.Key_Insert)
    QTest.keyClicks(panel.asking.popup.field, "smooth")
    QTest.keyClick(panel.asking.popup.field, Qt.Key.Key_Return)
    assert document.pipeline.nodes["smooth_2"].module == SMOOTH.path


def test_a_function_is_added_by_its_path_when_it_is_described(document, make, tmp_path):
    runner = SlowRunner()
    catalogue = Catalogue(runner, tmp_path / "c.json")
    catalogue.start()
    runner.answer(p.ModuleList(modules=MODULES))
    panel = make(document, catalogue)
    panel.ask_module()
    panel.asking.popup.field.setText("math:sqrt")
    panel.asking.popup.list.entries[0].callback()
    runner.answer(p.Descriptions(found=(p.Description(path="math:sqrt", message="no such function"),)))
    assert "no such function" in panel.message.text()
    panel.asking.popup.list.entries[0].callback()
    module = ADD.__class__(path="math:sqrt", outputs=ADD.outputs)
    runner.answer(p.Descriptions(found=(p.Description(path="math:sqrt", module=module),)))
    assert document.pipeline.nodes["sqrt"].module == "math:sqrt"


def test_an_output_is_connected_with_an_input_that_takes_it(panel, document, qapp):
    select(panel, "load")
    press(panel, Qt.Key.Key_C)
    assert "Smooth · image" in [entry.text for entry in panel.asking.popup.list.entries]
    QTest.keyClicks(panel.asking.popup.field, "image")
    QTest.keyClick(panel.asking.popup.field, Qt.Key.Key_Return)
    assert document.pipeline.connections["smooth.image"] == Connection("load.out")
    qapp.processEvents()
    assert ("Load image · out", "Smooth · image", "as it is") in wires(panel)


def test_what_would_make_a_cycle_is_not_offered(panel):
    select(panel, "load")
    panel.ask_target()
    assert not any("Find files" in entry.text for entry in panel.asking.popup.list.entries)


def test_a_connection_is_removed_and_its_end_gone_to(panel, document, qapp):
    select(panel, "files")
    panel.table.selectRow(0)
    panel.go_to_target()
    assert panel.ids == ("load",)
    panel.table.selectRow(0)
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Delete)
    assert document.pipeline.connections == {}
    qapp.processEvents()
    assert wires(panel) == []


def test_nodes_are_deleted_and_the_next_one_is_current(panel, document):
    select(panel, "load")
    press(panel, Qt.Key.Key_Delete)
    assert list(document.pipeline.nodes) == ["files", "smooth"]
    assert panel.ids == ("smooth",)
    document.undo()
    assert "load" in rows(panel) or "Load image" in rows(panel)


def test_titles_and_ids_are_edited_in_place(panel, document):
    index = panel.nodes.index(2, NAME)
    assert panel.nodes.setData(index, "Blur")
    assert document.pipeline.nodes["smooth"].title == "Blur"
    assert panel.nodes.setData(panel.nodes.index_of((), "smooth").siblingAtColumn(ID), "blur")
    assert "blur" in document.pipeline.nodes
    document.undo()
    document.undo()
    assert document.pipeline.nodes["smooth"].title == ""


def test_an_id_that_is_taken_is_refused_with_the_reason(panel, document):
    assert not panel.nodes.setData(panel.nodes.index_of((), "smooth").siblingAtColumn(ID), "load")
    assert panel.message.isVisible()
    assert "there is a node 'load' already" in panel.message.text()
    select(panel, "files")
    panel.tree.setCurrentIndex(panel.nodes.index(1, 0))
    assert not panel.message.isVisible()


@pytest.mark.parametrize("column", [NAME, ID])
def test_what_is_typed_for_a_node_goes_with_it_when_that_is_taken_back(make, document, catalogue, column):
    document.edit(Change("nodes", {"late": Node(module=LOAD.path)}), "add")
    # As the canvas does: it follows the document before the outline, and tells what is still selected.
    document.changed.connect(lambda _edit: panel.show_selection((), ("files",)))
    panel = make(document, catalogue)
    select(panel, "late")
    panel.tree.edit_cell(column)
    QTest.keyClicks(panel.tree.findChild(QLineEdit), "typed")
    document.undo()
    assert list(document.pipeline.nodes) == ["files", "load", "smooth"]
    assert document.undo_label == ""


def test_f2_edits_the_title(panel, document, qapp):
    select(panel, "smooth")
    press(panel, Qt.Key.Key_F2)
    editor = panel.tree.findChild(QLineEdit)
    QTest.keyClicks(editor, "Blur")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qapp.processEvents()
    assert document.pipeline.nodes["smooth"].title == "Blur"


def test_nodes_are_bypassed_and_run_again(panel, document):
    select(panel, "load", "smooth")
    press(panel, Qt.Key.Key_B)
    assert [document.pipeline.nodes[name].mode for name in ("load", "smooth")] == ["bypassed", "bypassed"]
    assert panel.nodes.index(1, STATE).data(TEXT) == "Bypassed"
    press(panel, Qt.Key.Key_B)
    assert document.pipeline.nodes["load"].mode == "normal"


def test_run_to_here_and_setting_are_asked_for(panel, qtbot):
    select(panel, "load")
    with qtbot.waitSignal(panel.run_to_requested) as caught:
        press(panel, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert caught.args == ["load"]
    with qtbot.waitSignal(panel.inspect_requested) as caught:
        press(panel, Qt.Key.Key_Return)
    assert caught.args == ["load"]


def test_groups_are_nested_and_looked_into(panel, document, qtbot):
    document.edit(group_nodes(document.body(), ["load", "smooth"], "prep"), "group")
    group = panel.nodes.index_of((), "prep")
    assert rows(panel) == ["Find files", "prep"]
    assert rows(panel, group) == ["Load image", "Smooth"]
    select(panel, "prep")
    with qtbot.waitSignal(panel.group_opened) as caught:
        press(panel, Qt.Key.Key_Return)
    assert caught.args == [("prep",)]
    select(panel, "smooth", where=("prep",))
    assert (panel.where, panel.ids) == (("prep",), ("smooth",))
    press(panel, Qt.Key.Key_Delete)
    assert list(document.body(("prep",)).nodes) == ["load"]
    document.undo()
    document.edit(ungroup(document.body(), "prep"), "ungroup")
    assert rows(panel) == ["Find files", "Load image", "Smooth"]


def test_groups_stay_open_and_selected_when_everything_is_shown_anew(panel, document):
    document.edit(group_nodes(document.body(), ["load"], "prep"), "group")
    panel.tree.expand(panel.nodes.index_of((), "prep"))
    select(panel, "load", where=("prep",))
    many = {f"n{number}": Node(module=ADD.path) for number in range(FEW + 1)}
    document.edit(Change("nodes", many), "paste")
    assert len(rows(panel)) == FEW + 4
    assert panel.tree.isExpanded(panel.nodes.index_of((), "prep"))
    assert (panel.where, panel.ids) == (("prep",), ("load",))
    document.undo()
    assert len(rows(panel)) == 3


def test_rows_follow_edits_one_by_one_and_keep_the_selection(panel, document):
    select(panel, "smooth")
    document.edit(remove_nodes(document.body(), ["files"]), "delete")
    assert rows(panel) == ["Load image", "Smooth"]
    assert panel.ids == ("smooth",)
    document.undo()
    assert panel.ids == ("smooth",)
    document.edit(update_nodes(document.body(), {"load": {"title": "Reader"}}), "rename")
    assert "Reader" in rows(panel)


def test_selecting_elsewhere_is_shown_and_not_told_again(panel, qtbot):
    with qtbot.assertNotEmitted(panel.selection_changed):
        panel.show_selection((), ("load", "files"))
    assert set(panel.ids) == {"load", "files"}
    with qtbot.waitSignal(panel.selection_changed) as caught:
        panel.tree.setCurrentIndex(panel.nodes.index(0, 0))
    assert caught.args == [(), ("files",)]


def test_the_state_of_a_node_follows_the_run(panel):
    class OneRun(NoRuns):
        def look(self, node):
            return NodeLook(state="running" if node == "load" else "never run")

    runs = OneRun()
    panel.set_runs(runs)
    assert panel.nodes.index(1, STATE).data(TEXT) == "Running"
    runs.looks_changed.emit({"load", "gone/inner", "nobody"})
    panel.set_runs(None)
    assert panel.nodes.index(1, STATE).data(TEXT) == "Never run"


def test_another_document_is_shown_instead(panel):
    other = Pipeline("other")
    other.modules[ADD.path] = ADD
    other.nodes["add"] = Node(module=ADD.path)
    panel.set_document(Document(other))
    assert rows(panel) == ["Add"]
    panel.set_document(None)
    assert panel.empty.isVisible()


def test_looking_changes_nothing(panel, document, qapp):
    before = encode(document.pipeline)
    for name in document.pipeline.nodes:
        select(panel, name)
        qapp.processEvents()
    panel._theme.choose("dark")
    assert encode(document.pipeline) == before
