from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import QMimeData, Qt
from PyQt6.QtGui import QGuiApplication, QTextDocument
from PyQt6.QtTest import QTest

from treadle.app.window.inspector.editors.choosing import kind_of_editor, make_editor
from treadle.app.window.inspector.editors.highlighting import PythonHighlighter
from treadle.app.window.inspector.editors.reading import MIXED, UNSET, Fault
from treadle.core.modules import Module, Port


@pytest.fixture
def editor(theme, qtbot):
    def make(value=UNSET, module=None, base=None, **facts):
        made = make_editor(Port(**{"name": "x", **facts}), None if value is UNSET else value, theme, module, base)
        qtbot.addWidget(made)
        made.told = []
        made.edited.connect(made.told.append)
        made.show()
        made.show_value(value)
        return made

    return make


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"type": "int"}, "number"),
        ({"type": "float | None"}, "number"),
        ({"type": "int", "choices": (1, 2)}, "choice"),
        ({"type": "bool"}, "switch"),
        ({"type": "str"}, "text"),
        ({"type": "str", "name": "line_colour"}, "colour"),
        ({"type": "str", "name": "expression"}, "code"),
        ({"type": "str", "name": "root_dir"}, "path"),
        ({"type": "pathlib.Path"}, "path"),
        ({"type": "pathlib.Path | str"}, "path"),
        ({"type": "list[float] | None"}, "list"),
        ({"type": "list[list[float]]"}, "list"),
        ({"type": "dict[str, str]"}, "mapping"),
        ({"type": "any"}, "anything"),
        ({"type": "int | str"}, "anything"),
        ({"type": "numpy.ndarray"}, ""),
        ({"type": "numpy.ndarray | None"}, ""),
        ({"type": "bytes"}, ""),
    ],
)
def test_each_port_has_the_editor_of_its_kind(facts, kind):
    assert kind_of_editor(Port(**{"name": "x", **facts})) == kind


def test_a_reference_is_edited_as_text_whatever_the_port_is():
    assert kind_of_editor(Port(name="n", type="int"), "${env:N}") == "text"


def test_a_list_of_lists_is_edited_as_json():
    assert kind_of_editor(Port(name="n", type="list[list[float]]"), [[1.0]]) == "anything"


VALUES = [
    ({"type": "int"}, 7, 0),
    ({"type": "float"}, 0.25, 1.0),
    ({"type": "str"}, "a text", ""),
    ({"type": "str"}, "two\nlines", "one"),
    ({"type": "str", "choices": ("a", "b"), "optional": True, "default": "a"}, "b", "a"),
    ({"type": "bool", "optional": True, "default": False}, True, False),
    ({"type": "pathlib.Path"}, "data/a.png", "b"),
    ({"type": "str", "name": "colour"}, "#123456", "red"),
    ({"type": "list[int]"}, [1, 2, 3], []),
    ({"type": "dict[str, int]"}, {"a": 1}, {}),
    ({"type": "any"}, {"a": [1, None]}, "word"),
    ({"type": "str", "name": "code"}, "def f():\n    return 1", "x = 1"),
]


@pytest.mark.parametrize(("facts", "value", "other"), VALUES)
def test_what_is_shown_is_told_again_as_it_was(editor, facts, value, other):
    made = editor(value, **facts)
    assert made.told == []
    draft = made.draft()
    made.show_value(other)
    made.show_draft(draft)
    assert made.told[-1] == value
    assert type(made.told[-1]) is type(value)


@pytest.mark.parametrize(("facts", "value", "other"), VALUES)
def test_showing_values_tells_nothing(editor, facts, value, other):
    made = editor(value, **facts)
    for shown in (other, MIXED, UNSET, value):
        made.show_value(shown)
    assert made.told == []


@pytest.mark.parametrize(("facts", "value", "other"), VALUES)
def test_every_editor_has_an_accessible_name(editor, facts, value, other):
    made = editor(value, help="what it is", **facts)
    assert made.focusProxy().accessibleName() == made.port.name
    assert made.focusProxy().accessibleDescription() == "what it is"


def test_a_number_steps_within_its_range_without_dust(editor):
    made = editor(0.9, type="float", low=0.0, high=1.0)
    for _ in range(12):
        QTest.keyClick(made.field, Qt.Key.Key_Up)
    assert made.told[-1] == 1.0
    made.field.stepBy(-3)
    assert made.told[-1] == 0.97


def test_a_number_steps_from_its_default(editor):
    made = editor(type="int", optional=True, default=3)
    assert made.line.placeholderText() == "3"
    made.field.stepBy(1)
    assert made.told == [4]


def test_what_is_typed_is_told_letter_by_letter(editor):
    made = editor(type="float")
    QTest.keyClicks(made.line, "2.5x")
    assert made.told[:3] == [2.0, 2.0, 2.5]
    assert isinstance(made.told[3], Fault)
    assert made.draft() == "2.5x"


def test_a_text_that_is_emptied_is_empty_where_the_default_is_not(editor):
    with_default = editor("a", type="str", optional=True, default="*")
    QTest.keyClick(with_default.line, Qt.Key.Key_Backspace)
    assert with_default.told == [""]
    needed = editor("a", type="str")
    QTest.keyClick(needed.line, Qt.Key.Key_Backspace)
    assert needed.told == [UNSET]


def test_shift_enter_begins_a_second_line(editor):
    made = editor("one", type="str")
    QTest.keyClick(made.line, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(made.lines, "two")
    assert made.told[-1] == "one\ntwo"


def test_a_value_that_is_no_choice_is_shown_all_the_same(editor):
    made = editor("z", type="str", choices=("a", "b"))
    assert made.box.currentText() == "z"


def test_a_choice_is_told(editor):
    made = editor(type="int", choices=(1, 2), optional=True, default=1)
    made.box.activated.emit(1)
    made.box.activated.emit(0)
    assert made.told == [2, UNSET]


def test_a_chosen_file_is_kept_relative_to_the_pipeline(editor, tmp_path):
    made = editor(type="pathlib.Path", base=tmp_path)
    made.take(str(tmp_path / "data" / "a.png"))
    made.take("/elsewhere/b.png")
    assert made.told == [str(Path("data/a.png")), "/elsewhere/b.png"]


def test_browsing_does_not_hold_up_the_window(editor, tmp_path):
    for name, module in (("folder", None), ("path", Module(path="a:b", writes_files=True)), ("path", None)):
        made = editor(name=name, type="pathlib.Path", base=tmp_path, module=module)
        made.ask()
        assert made._dialog.isVisible()
        made._dialog.fileSelected.emit(str(tmp_path / "chosen"))
        made._dialog.reject()
        assert made.told == ["chosen"]


def test_what_is_no_colour_is_a_fault(editor):
    made = editor(name="colour", type="str")
    QTest.keyClicks(made.line, "re")
    assert isinstance(made.told[-1], Fault)
    QTest.keyClicks(made.line, "d")
    assert made.told[-1] == "red"


def test_items_are_added_moved_removed_and_pasted(editor):
    made = editor(["b"], type="list[str]")
    QGuiApplication.clipboard().setText("c\nd")
    made.list.setCurrentRow(0)
    made.paste()
    assert made.told[-1] == ["b", "c", "d"]
    made.list.setCurrentRow(2)
    made.move_item(-1)
    assert made.told[-1] == ["b", "d", "c"]
    made.remove_item()
    assert made.told[-1] == ["b", "c"]
    made.add_item()
    assert made.told[-1] == ["b", "c", ""]


def test_a_wrong_item_is_named(editor):
    made = editor([1, 2], type="list[int]")
    made.list.item(1).setText("x")
    assert made.told[-1].text.startswith("Item 2")
    assert made.draft() == ["1", "x"]


def test_a_wrong_row_of_a_mapping_is_named(editor):
    made = editor({"a": "1"}, type="dict[str, str]")
    made.add_entry()
    assert made.told == []
    made.table.item(1, 1).setText("2")
    assert "name is missing" in made.told[-1].text
    made.table.item(1, 0).setText("a")
    assert "there already" in made.told[-1].text
    made.table.item(1, 0).setText("b")
    assert made.told[-1] == {"a": "1", "b": "2"}
    made.table.setCurrentCell(0, 0)
    made.remove_entry()
    assert made.told[-1] == {"b": "2"}


def test_any_value_says_what_it_was_taken_for(editor):
    made = editor(type="any")
    for text, kind in (("[1, 2]", "list of 2"), ("word", "text"), ("4.5", "number"), ("null", "nothing (null)")):
        made.text.setPlainText(text)
        assert made.note.text() == kind
    made.text.setPlainText("{")
    assert isinstance(made.told[-1], Fault)


def test_a_new_line_of_code_is_indented(editor):
    made = editor("def f():", name="code", type="str")
    made.text.moveCursor(made.text.textCursor().MoveOperation.End)
    QTest.keyClick(made.text, Qt.Key.Key_Return)
    QTest.keyClicks(made.text, "pass")
    assert made.told[-1] == "def f():\n    pass"
    QTest.keyClick(made.text, Qt.Key.Key_BracketLeft, Qt.KeyboardModifier.ControlModifier)
    assert made.told[-1] == "def f():\npass"
    QTest.keyClick(made.text, Qt.Key.Key_BracketRight, Qt.KeyboardModifier.ControlModifier)
    assert made.told[-1] == "def f():\n    pass"


def coloured(theme, source):
    document = QTextDocument(source)
    highlighter = PythonHighlighter(document, theme)
    highlighter.rehighlight()
    found = []
    block = document.begin()
    while block.isValid():
        found += [block.text()[f.start : f.start + f.length] for f in block.layout().formats()]
        block = block.next()
    return found


def test_source_is_coloured(theme):
    assert coloured(theme, "def f(x):  # why\n    return 'a' + x") == ["def", "f", "# why", "return", "'a'"]


def test_a_text_over_several_lines_is_coloured_whole(theme):
    assert coloured(theme, 'x = """a\nif b\n""" if 1') == ['"""a', "if b", '"""', "if", "1"]


def test_a_fault_is_marked_and_the_mark_taken_away(editor):
    made = editor(type="int")
    made.show_fault(True)
    assert made.field.property("invalid") == "true"
    made.show_fault(False)
    assert made.field.property("invalid") is None


def test_files_can_be_dropped_on_a_path(editor, tmp_path):
    made = editor(type="pathlib.Path")
    data = QMimeData()
    from PyQt6.QtCore import QPoint, QPointF, QUrl
    from PyQt6.QtGui import QDragEnterEvent, QDropEvent

    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png"))])
    enter = QDragEnterEvent(
        QPoint(2, 2), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    made.line.dragEnterEvent(enter)
    assert enter.isAccepted()
    made.line.dropEvent(
        QDropEvent(
            QPointF(2, 2), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )
    assert made.told == [str(tmp_path / "a.png")]
