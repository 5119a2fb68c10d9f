from __future__ import annotations

import pytest
from shells import MS, adding

from treadle.app.window.files.aside import Aside
from treadle.app.window.files.documents import Documents
from treadle.core.document import encode, load
from treadle.core.edits import set_parameter
from treadle.core.errors import FileError, TreadleError


@pytest.fixture
def documents(qapp):
    aside = Aside("test")
    made = Documents(aside)
    yield made
    assert aside.finish()


@pytest.fixture
def file(tmp_path):
    return adding().save(tmp_path / "adding.treadle")


def opened(documents, qtbot, file):
    with qtbot.waitSignal(documents.opened, timeout=MS) as caught:
        documents.open(file)
    return caught.args[0]


def edit(document, value=5):
    document.edit(set_parameter(document.body(), "first", "a", value), "set a")


def saved(documents, qtbot, document, path=None):
    told = []
    documents.save(document, path, told.append)
    qtbot.waitUntil(lambda: bool(told), timeout=MS)
    return told[0]


def test_a_file_that_is_open_is_shown_again_and_not_twice(documents, qtbot, file):
    document = opened(documents, qtbot, file)
    with qtbot.waitSignal(documents.shown_again, timeout=MS) as caught:
        documents.open(file)
    assert caught.args == [document]
    assert documents.all == [document]


def test_a_file_opened_twice_at_once_is_opened_once(documents, qtbot, file):
    documents.open(file)
    with qtbot.waitSignal(documents.shown_again, timeout=MS):
        documents.open(file)
    assert len(documents.all) == 1


def test_what_cannot_be_opened_is_told_with_its_place(documents, qtbot, tmp_path):
    (tmp_path / "bad.treadle").write_text("{")
    with qtbot.waitSignal(documents.failed, timeout=MS) as caught:
        documents.open(tmp_path / "bad.treadle")
    path, error = caught.args
    assert path.name == "bad.treadle"
    assert isinstance(error, FileError)
    assert "line 1" in str(error)


def test_a_save_has_what_was_there_when_it_was_asked_for(documents, qtbot, file):
    document = opened(documents, qtbot, file)
    edit(document, 5)
    told = []
    documents.save(document, None, told.append)
    edit(document, 6)
    qtbot.waitUntil(lambda: bool(told), timeout=MS)
    assert told == [None]
    assert load(file).node("first").params["a"] == 5
    assert document.modified
    document.undo()
    assert not document.modified


def test_a_save_that_fails_leaves_the_old_file_and_the_changes(documents, qtbot, file, monkeypatch):
    document = opened(documents, qtbot, file)
    edit(document)
    before = file.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("treadle.core.document.write_atomically", full)
    error = saved(documents, qtbot, document)
    assert isinstance(error, TreadleError)
    assert "No space left" in str(error)
    assert file.read_bytes() == before
    assert document.modified


def test_the_own_save_is_no_change_by_another(documents, qtbot, file):
    document = opened(documents, qtbot, file)
    edit(document)
    assert saved(documents, qtbot, document) is None
    assert not documents.is_newer_on_disk(document)


@pytest.mark.parametrize("write", [lambda f, d: f.write_bytes(d), lambda f, d: (f.unlink(), f.write_bytes(d))])
def test_a_file_that_another_program_wrote_or_replaced_is_told_and_read_again(documents, qtbot, file, write):
    document = opened(documents, qtbot, file)
    other = adding("changed elsewhere")
    other.nodes.pop("second")
    other.connections.clear()
    with qtbot.waitSignal(documents.changed_on_disk, timeout=MS) as caught:
        write(file, encode(other))
    assert caught.args == [document]
    told = []
    documents.reload(document, told.append)
    qtbot.waitUntil(lambda: bool(told), timeout=MS)
    assert told == [None]
    assert encode(document.pipeline) == encode(other)
    assert not document.modified
    document.undo()
    assert encode(document.pipeline) == encode(adding())


def test_what_is_kept_in_spite_of_the_file_is_not_saved(documents, qtbot, file):
    document = opened(documents, qtbot, file)
    file.write_bytes(encode(adding("other")))
    assert documents.is_newer_on_disk(document)
    documents.keep_shown(document)
    assert document.modified
    assert not documents.is_newer_on_disk(document)


def test_a_copy_of_an_example_has_no_file(documents, qtbot, file):
    with qtbot.waitSignal(documents.opened, timeout=MS) as caught:
        documents.open_copy(file)
    assert caught.args[0].file is None
    assert caught.args[0].title == "adding"


def test_what_goes_wrong_aside_is_handed_over_and_the_next_piece_is_done(documents, qtbot):
    aside, told = Aside("faulty"), []
    aside.do(lambda: 1 / 0, told.append)
    aside.do(lambda: 2, told.append)
    qtbot.waitUntil(lambda: len(told) == 2, timeout=MS)
    assert isinstance(told[0], ZeroDivisionError)
    assert told[1] == 2
    assert aside.finish()
