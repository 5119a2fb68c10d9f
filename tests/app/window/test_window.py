"""The whole window with a runner that never answers."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QDialog
from shells import MS, adding, end, press, program

from treadle.app.window.dialogs.question import Question
from treadle.core.document import encode, load
from treadle.core.edits import set_parameter, update_nodes


@pytest.fixture
def whole(qapp, tmp_path, qtbot):
    made = program(tmp_path)
    made.window.show_welcome()
    made.window.show()
    yield made
    end(made)


@pytest.fixture
def file(tmp_path):
    return adding().save(tmp_path / "adding.treadle")


def opened(whole, qtbot, file):
    with qtbot.waitSignal(whole.documents.opened, timeout=MS) as caught:
        whole.window.files.open(file)
    return caught.args[0]


def edit(document, value=5):
    document.edit(set_parameter(document.body(), "first", "a", value), "set a")


def question(whole, qtbot):
    qtbot.waitUntil(lambda: bool(whole.window.findChildren(Question)), timeout=MS)
    return whole.window.findChildren(Question)[-1]


def test_a_file_is_opened_in_a_tab_of_its_own_and_named_in_the_title(whole, qtbot, file):
    document = opened(whole, qtbot, file)
    assert whole.window.document is document
    assert whole.window.windowTitle() == "adding.treadle — Treadle"
    edit(document)
    assert whole.window.windowTitle() == "adding.treadle ● — Treadle"
    assert whole.settings.recent() == [str(file)]


def test_commands_are_enabled_by_what_is_in_front(whole, qtbot, file):
    enabled = whole.window.commands.is_enabled
    assert not enabled("file.save")
    assert not enabled("run.start")
    document = opened(whole, qtbot, file)
    assert enabled("file.save")
    assert not enabled("edit.undo")
    assert not enabled("edit.delete")
    edit(document)
    assert enabled("edit.undo")
    assert "set a" in whole.window.commands.action("edit.undo").text()
    whole.window.page.canvas.selection = {"first"}
    assert enabled("edit.delete")
    assert enabled("run.to-here")


def test_undo_and_redo_are_commands(whole, qtbot, file):
    document = opened(whole, qtbot, file)
    edit(document, 5)
    whole.window.commands.run("edit.undo")
    assert document.pipeline.node("first").params["a"] == 1
    whole.window.commands.run("edit.redo")
    assert document.pipeline.node("first").params["a"] == 5


@pytest.mark.parametrize(("answer", "kept", "value"), [("save", False, 5), ("discard", False, 1), ("", True, 1)])
def test_closing_a_tab_asks_what_becomes_of_its_changes(whole, qtbot, file, answer, kept, value):
    document = opened(whole, qtbot, file)
    edit(document, 5)
    whole.window.commands.run("file.close")
    press(question(whole, qtbot), answer)
    if not kept:
        qtbot.waitUntil(lambda: document not in whole.documents.all, timeout=MS)
    assert (document in whole.documents.all) is kept
    assert load(file).node("first").params["a"] == value


def test_escape_changes_nothing(whole, qtbot, file):
    document = opened(whole, qtbot, file)
    edit(document)
    whole.window.commands.run("file.close")
    qtbot.keyClick(question(whole, qtbot), Qt.Key.Key_Escape)
    assert document in whole.documents.all
    assert document.modified


def test_a_tab_without_changes_is_closed_at_once(whole, qtbot, file):
    document = opened(whole, qtbot, file)
    whole.window.commands.run("file.close")
    assert document not in whole.documents.all
    assert not whole.window.findChildren(Question)


def test_many_nodes_are_arranged_beside_the_window_s_thread(whole, qtbot, tmp_path):
    pipeline = adding()
    pipeline.nodes.update({f"n{number}": pipeline.nodes["first"] for number in range(600)})
    opened(whole, qtbot, pipeline.save(tmp_path / "many.treadle"))
    page = whole.window.page
    page.document.edit(update_nodes(page.document.body(), {"n0": {"position": (9.0, 9.0)}}), "move")
    page.canvas.do.arrange()
    assert page.document.undo_label == "move"
    qtbot.waitUntil(lambda: page.document.undo_label == "Arrange", timeout=MS)


def test_closing_the_window_asks_once_for_all_and_cancel_keeps_it(whole, qtbot, file):
    edit(opened(whole, qtbot, file))
    edit(whole.documents.new(adding("second")))
    whole.window.close()
    asked = question(whole, qtbot)
    assert "2 pipelines" in asked.accessibleName()
    press(asked, "")
    assert whole.window.isVisible()


def test_closing_the_window_after_discarding_ends_the_program(whole, qtbot, file):
    edit(opened(whole, qtbot, file))
    whole.window.close()
    with qtbot.waitSignal(whole.window.closed, timeout=MS):
        press(question(whole, qtbot), "discard")
    assert not whole.window.isVisible()
    assert load(file).node("first").params["a"] == 1


def test_what_cannot_be_opened_is_told_with_place_and_without_traceback(whole, qtbot, tmp_path):
    (tmp_path / "bad.treadle").write_text('{"treadle": 1, "nodes": 3}')
    whole.window.files.open(tmp_path / "bad.treadle")
    told = question(whole, qtbot)
    assert "bad.treadle" in told.accessibleName()
    assert "$.nodes" in told.accessibleDescription()
    assert "Traceback" not in told.accessibleDescription()
    told.reject()


def test_a_pipeline_made_in_python_is_opened_and_reloaded_with_its_nodes_side_by_side(whole, qtbot, file):
    document = opened(whole, qtbot, file)

    def apart(*names):
        return len({document.pipeline.node(name).position for name in names}) == len(names)

    assert apart("first", "second")
    assert not document.modified
    longer = adding("longer")
    longer.add("operator:mul", id="third", a=2, b=3)
    file.write_bytes(encode(longer))
    press(question(whole, qtbot), "reload")
    qtbot.waitUntil(lambda: "third" in document.pipeline.nodes, timeout=MS)
    assert apart("first", "second", "third")


def test_a_change_by_another_program_is_asked_about_once(whole, qtbot, file):
    document = opened(whole, qtbot, file)
    file.write_bytes(encode(adding("changed elsewhere")))
    asked = question(whole, qtbot)
    assert len(whole.window.findChildren(Question)) == 1
    press(asked, "reload")
    qtbot.waitUntil(lambda: document.pipeline.title == "changed elsewhere", timeout=MS)
    assert not document.modified


def test_a_file_that_others_changed_is_not_written_over_without_asking(whole, qtbot, file):
    document = opened(whole, qtbot, file)
    whole.documents._watcher.removePath(str(file))
    other = encode(adding("changed elsewhere"))
    file.write_bytes(other)
    edit(document)
    whole.window.commands.run("file.save")
    press(question(whole, qtbot), "")
    assert file.read_bytes() == other
    whole.window.commands.run("file.save")
    press(question(whole, qtbot), "save")
    qtbot.waitUntil(lambda: not document.modified, timeout=MS)
    assert load(file).node("first").params["a"] == 5


def test_pipeline_files_that_are_dropped_are_opened(whole, qtbot, file):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)), QUrl.fromLocalFile("/etc/hostname")])
    actions, buttons = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    event = QDropEvent(QPointF(5, 5), actions, data, buttons, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(whole.documents.opened, timeout=MS) as caught:
        whole.window.dropEvent(event)
    assert caught.args[0].file == file


def test_an_example_is_a_new_pipeline_that_is_never_written_over(whole, qtbot):
    with qtbot.waitSignal(whole.documents.opened, timeout=MS) as caught:
        whole.window.open_example("first_run")
    document = caught.args[0]
    assert document.file is None
    assert document.title == "First run"
    assert not document.modified


def test_an_example_is_run_with_one_click_more(whole, qtbot):
    whole.bridge.tell("idle")
    with qtbot.waitSignal(whole.documents.opened, timeout=MS):
        whole.window.welcome.gallery.cards["first_run"].run.click()
    qtbot.waitUntil(lambda: whole.window.page.runs.state == "starting", timeout=MS)


def test_the_theme_changes_at_once_and_is_kept(whole, qtbot):
    dark = whole.theme.is_dark
    whole.window.commands.run("view.theme")
    assert whole.theme.is_dark is not dark
    assert whole.settings.text("appearance") == ("light" if dark else "dark")
    assert whole.window.commands.action("view.theme").isChecked() is not dark


def test_panels_are_put_back_where_they_were_at_first(whole, qtbot, file):
    opened(whole, qtbot, file)
    dock = whole.window.docks.all["inspector"]
    dock.setFloating(True)
    whole.window.docks.all["modules"].hide()
    whole.window.commands.run("view.reset-layout")
    assert not dock.isFloating()
    assert whole.window.docks.all["modules"].isVisible()


def test_the_layout_is_the_same_at_the_next_start(whole, qtbot, tmp_path, file):
    opened(whole, qtbot, file)
    whole.window.docks.all["log"].hide()
    whole.window.remember()
    second = program(tmp_path)
    second.documents.new(adding())
    second.window.show()
    assert not second.window.docks.all["log"].isVisible()
    assert second.window.docks.all["modules"].isVisible()
    end(second)


def test_the_welcome_page_has_the_window_to_itself(whole, qtbot, file):
    assert not any(dock.isVisible() for dock in whole.window.docks.all.values())
    opened(whole, qtbot, file)
    assert whole.window.docks.all["modules"].isVisible()
    whole.window.show_welcome()
    assert not whole.window.docks.all["modules"].isVisible()


def test_a_runner_that_is_gone_is_shown_with_a_way_to_start_it(whole, qtbot):
    whole.bridge.tell("gone", "it was ended by signal 9")
    sign = whole.window.toolbar.runner
    assert sign.words == "No runner"
    assert "signal 9" in sign.accessibleDescription()
    starts = whole.bridge.starts
    sign.restart.click()
    assert whole.bridge.starts == starts + 1
    whole.bridge.tell("idle")
    assert not sign.restart.isVisibleTo(sign)


def test_the_sign_of_the_runner_tells_that_a_run_goes_on(whole):
    sign = whole.window.toolbar.runner
    whole.bridge.tell("idle")
    assert sign.words == "Runner ready"
    whole.bridge.busy_changed.emit(True)
    assert sign.words == sign.accessibleName() == "Runner busy"
    whole.bridge.tell("not responding", "no answer for 12 s")
    assert sign.words == "Runner does not respond"
    whole.bridge.tell("idle")
    assert sign.words == "Runner busy"
    whole.bridge.busy_changed.emit(False)
    assert sign.words == "Runner ready"


def test_export_writes_a_script(whole, qtbot, tmp_path, monkeypatch):
    document = whole.documents.new(adding())
    whole.window.files.export_python(document)
    dialog = whole.window.findChildren(QDialog)[-1]
    dialog.fileSelected.emit(str(tmp_path / "adding.py"))
    qtbot.waitUntil(lambda: (tmp_path / "adding.py").exists(), timeout=MS)
    assert "from treadle import Pipeline" in (tmp_path / "adding.py").read_text()
    dialog.reject()


def test_every_widget_that_takes_the_keyboard_has_a_name(whole, qtbot, file):
    from PyQt6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget

    opened(whole, qtbot, file)
    whole.window.show_welcome()
    nameless = [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for widget in whole.window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisibleTo(whole.window)
        and not widget.objectName().startswith("qt_")
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
        and not isinstance(widget.parent(), QComboBox | QLineEdit)
    ]
    assert not nameless


@pytest.mark.parametrize("name", ["modules", "outline", "inspector", "tasks", "problems", "log", "parallel"])
def test_each_panel_is_reached_by_its_key(whole, qtbot, file, name):
    opened(whole, qtbot, file)
    whole.window.page.canvas.selection = {"first"}
    whole.window.commands.run(f"go.{name}")
    dock = whole.window.docks.all[name]
    assert dock.isVisible()
    assert dock.isAncestorOf(whole.window.focusWidget())
    whole.window.commands.run("go.canvas")
    assert whole.window.focusWidget() is whole.window.page.canvas


def test_closing_a_tab_that_runs_asks_first_and_keeping_it_is_safe(whole, qtbot, file):
    document = opened(whole, qtbot, file)
    whole.bridge.tell("idle")
    whole.window.commands.run("run.start")
    whole.window.commands.run("file.close")
    asked = question(whole, qtbot)
    assert "Stop the run" in asked.accessibleName()
    press(asked, "")
    assert whole.window.page.runs.going
    whole.window.commands.run("file.close")
    press(question(whole, qtbot), "stop")
    assert document not in whole.documents.all


def test_the_window_turns_while_a_large_pipeline_is_saved(whole, qtbot, tmp_path):
    from PyQt6.QtCore import QTimer

    large = adding("large")
    node = large.nodes["first"]
    large.nodes.update({f"n{number}": node for number in range(2_000)})
    document = whole.documents.new(large)
    turns, told = [], []
    timer = QTimer()
    timer.timeout.connect(lambda: turns.append(1))
    timer.start(0)
    whole.documents.save(document, tmp_path / "large.treadle", told.append)
    assert not told
    qtbot.waitUntil(lambda: bool(told), timeout=MS)
    timer.stop()
    assert told == [None]
    assert turns


def test_what_starts_without_the_welcome_page_has_an_empty_pipeline(qapp, tmp_path):
    made = program(tmp_path, welcome_at_start=False)
    made.start()
    assert made.window.document is not None
    assert made.window.welcome is None
    end(made)


def test_a_file_that_cannot_be_written_over_is_saved_under_another_name(whole, qtbot, file, monkeypatch):
    from PyQt6.QtWidgets import QFileDialog

    monkeypatch.setattr("treadle.app.window.files.documents.os.access", lambda _path, _mode: False)
    document = opened(whole, qtbot, file)
    assert "read-only" in whole.window.tabs.tabToolTip(whole.window.tabs.currentIndex())
    edit(document)
    whole.window.commands.run("file.save")
    (dialog,) = whole.window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(file.with_name("other.treadle")))
    qtbot.waitUntil(lambda: not document.modified, timeout=MS)
    assert document.file == file.with_name("other.treadle")
    assert load(file).node("first").params["a"] == 1
    dialog.reject()
