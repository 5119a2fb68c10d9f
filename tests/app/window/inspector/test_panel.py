"""The inspector as a whole: what it shows of what is selected."""

from __future__ import annotations

from inspecting import SOURCE, node, row, settle
from panels import ADD
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit

from treadle.app.window.document import Document
from treadle.app.window.inspector.sources import OutputPreview
from treadle.app.window.looks import NodeLook
from treadle.core.document import encode
from treadle.core.edits import Change, apply, group_nodes, remove_nodes
from treadle.core.pipeline import Node, Pipeline, Placement

MS = 5_000


def test_where_nothing_is_selected_it_says_what_to_do(panel):
    assert panel.empty.isVisible()
    assert "Select a node" in panel.empty.said


def test_several_nodes_are_edited_in_what_they_have_in_common_in_one_step(shown, document, qapp):
    panel = shown("smooth", "smoother")
    assert panel.header.title.text() == "2 nodes"
    assert row(panel, "sigma").editor.line.placeholderText() == "several values"
    QTest.keyClicks(row(panel, "sigma").editor.line, "7")
    assert [node(document, name).params["sigma"] for name in ("smooth", "smoother")] == [7, 7]
    document.undo()
    assert [node(document, name).params["sigma"] for name in ("smooth", "smoother")] == [2.0, 4.0]


def test_an_edit_and_the_node_that_it_selects_are_shown_together(shown, document, qapp):
    panel = shown("add")
    document.edit(Change("nodes", {"copy": node(document, "smooth")}), "paste")
    panel.show_nodes((), ("copy",))
    assert list(panel.parameters.rows) == ["a", "b"]
    settle(qapp)
    assert list(panel.parameters.rows) == ["image", "sigma", "keep_range"]


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
    assert "The last run had it on Processes: ipython has no engines" in panel.scheme.why.text()
    assert panel.header.state.text() == "Stale: sigma changed"
    panel.scheme.box.activated.emit(panel.scheme.box.findData("ipython"))
    assert node(document, "smooth").scheme == "ipython"
    settle(qapp)
    assert panel.sections["scheme"].note.toolTip() == "IPython → Processes"


def test_a_group_shows_and_sets_the_scheme_of_the_nodes_inside_in_one_step(shown, document, qapp):
    document.edit(group_nodes(document.pipeline, ["smooth", "add"], "both"), "group")
    panel = shown("both")
    assert panel.scheme.box.currentData() == "auto"
    panel.scheme.box.activated.emit(panel.scheme.box.findData("ipython"))
    settle(qapp)
    group = document.pipeline.nodes["both"]
    assert {one.scheme for one in group.group.nodes.values()} == {"ipython"}
    assert group.scheme == "auto"
    assert panel.scheme.box.currentData() == "ipython"
    assert panel.sections["scheme"].note.toolTip() == "IPython"
    document.undo()
    assert {one.scheme for one in document.pipeline.nodes["both"].group.nodes.values()} == {"auto"}


def test_a_group_offers_only_what_holds_for_the_nodes_inside(shown, document):
    document.edit(group_nodes(document.pipeline, ["smooth", "add"], "both"), "group")
    panel = shown("both")
    assert list(panel.settings.rows) == ["mode", "breakpoint"]
    assert panel.sections["placement"].isHidden()
    assert "smooth" in panel.scheme.box.itemText(panel.scheme.box.findData("threads"))
    shown("load")
    assert "retries" in panel.settings.rows
    assert not panel.sections["placement"].isHidden()


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
    runs.looks["smooth"] = NodeLook(state="failed", axes=("image",), total=8, counts={"succeeded": 7, "failed": 1})
    runs.looks_changed.emit({"smooth"})
    assert panel.header.state.text() == "Failed · 8 of 8 tasks · 1 failed"


def test_other_runs_and_documents_are_shown_instead(shown, panel, qapp):
    shown("smooth")
    panel.set_runs(None)
    other = Document(Pipeline("other"))
    panel.set_document(other)
    assert panel.empty.isVisible()
    other.pipeline.modules[ADD.path] = ADD
    other.pipeline.nodes["add"] = Node(module=ADD.path)
    panel.show_nodes((), ("add",))
    settle(qapp)
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


def test_who_comes_by_key_is_led_to_the_first_thing_to_set(shown, qapp):
    panel = shown("smooth")
    panel.activateWindow()
    panel.setFocus()
    assert row(panel, "sigma").isAncestorOf(qapp.focusWidget())


def test_a_reason_that_names_the_scheme_is_told_without_its_name(shown, runs, monkeypatch):
    runs.looks["smooth"] = NodeLook(state="succeeded", scheme="threads")
    monkeypatch.setattr(runs, "why", lambda _node: "threads: expected to finish first")
    assert shown("smooth").scheme.why.text().startswith("The last run had it on Threads: expected to finish first")


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
