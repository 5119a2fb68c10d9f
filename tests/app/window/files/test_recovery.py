from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from journals import SECONDS, InventedRun
from shells import MS, adding

from treadle.app.window.files.aside import Aside
from treadle.app.window.files.documents import Documents
from treadle.app.window.files.recovery import Left, Recovery
from treadle.app.window.files.run_notes import SUFFIX as RUN
from treadle.app.window.settings import Settings
from treadle.core.document import encode
from treadle.core.edits import set_parameter
from treadle.core.run.states import RunState


class Session:
    """What one window has of it."""

    def __init__(self, tmp_path, home):
        self.aside = Aside("test")
        self.documents = Documents(self.aside)
        self.recovery = Recovery(self.documents, Settings(tmp_path / "window.ini"), self.aside, home)

    def written(self):
        self.recovery.note()
        done = []
        self.aside.do(lambda: None, done.append)
        return done

    def die(self):
        """End as a killed process does: nothing is cleaned up, and its locks are gone."""
        self.recovery._timer.stop()
        assert self.aside.finish()
        if self.recovery._lock >= 0:
            os.close(self.recovery._lock)
            self.recovery._lock = -1


@pytest.fixture
def home(tmp_path):
    return tmp_path / "recovery"


@pytest.fixture
def session(qapp, tmp_path, home):
    made = Session(tmp_path, home)
    yield made
    made.recovery.end()
    made.aside.finish()


def edit(document, value=5):
    document.edit(set_parameter(document.body(), "first", "a", value), "set a")


def note(session, qtbot):
    done = session.written()
    qtbot.waitUntil(lambda: bool(done), timeout=MS)


def left(home):
    found = Left(home, home / "own")
    noted = list(found.found.values())
    found.keep()
    return noted


def test_what_a_killed_window_had_not_saved_is_found(session, qtbot, home):
    document = session.documents.new(adding())
    edit(document, 5)
    note(session, qtbot)
    edit(document, 6)
    note(session, qtbot)
    session.die()
    (noted,) = left(home)
    assert encode(noted.pipeline) == encode(document.pipeline)
    assert (noted.title, noted.edits) == ("adding", 2)


def test_what_a_living_window_notes_is_not_offered_by_another(session, qtbot, home):
    edit(session.documents.new(adding()))
    note(session, qtbot)
    assert not left(home)


def test_undo_is_noted_like_any_edit(session, qtbot, home):
    document = session.documents.new(adding())
    for value in (5, 6):
        edit(document, value)
    document.undo()
    note(session, qtbot)
    session.die()
    assert left(home)[0].pipeline.node("first").params["a"] == 5


def test_what_is_saved_or_closed_is_not_offered(session, qtbot, home, tmp_path):
    saved, closed = session.documents.new(adding()), session.documents.new(adding())
    edit(saved)
    edit(closed)
    note(session, qtbot)
    told = []
    session.documents.save(saved, tmp_path / "a.treadle", told.append)
    qtbot.waitUntil(lambda: bool(told), timeout=MS)
    session.documents.close(closed)
    note(session, qtbot)
    session.die()
    assert not left(home)


def test_edits_after_a_save_are_found_with_the_file_they_belong_to(session, qtbot, home, tmp_path):
    document = session.documents.new(adding())
    told = []
    edit(document, 5)
    session.documents.save(document, tmp_path / "a.treadle", told.append)
    qtbot.waitUntil(lambda: bool(told), timeout=MS)
    edit(document, 6)
    note(session, qtbot)
    session.die()
    (noted,) = left(home)
    assert noted.file == tmp_path / "a.treadle"
    assert noted.pipeline.node("first").params == {"a": 6, "b": 2}
    assert noted.edits == 1


def test_a_window_that_ends_in_order_leaves_nothing(session, qtbot, home):
    edit(session.documents.new(adding()))
    note(session, qtbot)
    session.recovery.end()
    assert not list(home.iterdir())


def test_what_was_recovered_is_modified_and_noted_anew(session, qtbot, home, tmp_path):
    edit(session.documents.new(adding()))
    note(session, qtbot)
    session.die()
    second = Session(tmp_path, home)
    found = second.recovery.left()
    (noted,) = found.found.values()
    document = second.documents.recover(noted.pipeline, noted.version)
    assert document.modified
    second.aside.do(found.discard)
    note(second, qtbot)
    second.die()
    (again,) = left(home)
    assert encode(again.pipeline) == encode(noted.pipeline)


def test_a_value_that_cannot_be_noted_costs_only_itself(session, qtbot, home):
    document = session.documents.new(adding())
    edit(document, object())
    note(session, qtbot)
    edit(document, 8)
    note(session, qtbot)
    note(session, qtbot)
    session.die()
    assert left(home)[0].pipeline.node("first").params["a"] == 8


def test_a_folder_that_cannot_be_written_is_told_once(session, qtbot, home):
    home.write_text("in the way")
    told = []
    session.recovery.failed.connect(told.append)
    edit(session.documents.new(adding()))
    note(session, qtbot)
    note(session, qtbot)
    assert len(told) == 1
    assert str(home) in told[0]


def test_what_is_damaged_is_passed_over_and_the_rest_is_found(session, qtbot, home):
    edit(session.documents.new(adding()))
    note(session, qtbot)
    (session.recovery._folder / "broken.edits").write_text("{")
    session.die()
    assert len(left(home)) == 1


# Runs


class GoingRuns:
    """What is noted of runs."""

    def __init__(self, journal, until=()):
        self.record, self.scheme = SimpleNamespace(journal=str(journal), until=until), "threads"


def journal_of(tmp_path, state=None, pipeline=""):
    run = InventedRun(tmp_path / "runs", pipeline=pipeline)
    run.simple("first")
    run.make("second")
    if state is not None:
        return run.end(state)
    assert run.journal.close(SECONDS)
    return run.journal.path


@pytest.mark.parametrize("state", [None, RunState.CANCELLED])
def test_a_run_that_went_on_in_a_killed_window_is_found(session, qtbot, home, tmp_path, state):
    document = session.documents.new(adding())
    session.recovery.note_run(document, GoingRuns(journal_of(tmp_path, state, encode(adding()).decode()), ("second",)))
    note(session, qtbot)
    session.die()
    found = Left(home, home / "own")
    (run,) = found.interrupted
    assert encode(run.pipeline) == encode(adding())
    assert (run.done, run.tasks, run.until, run.scheme) == (1, 2, ("second",), "threads")
    assert (run.file, run.edits) == (None, None)
    found.discard()
    assert not list(home.iterdir())


def test_a_run_is_found_with_the_edits_of_its_document(session, qtbot, home, tmp_path):
    document = session.documents.new(adding())
    edit(document)
    session.recovery.note_run(document, GoingRuns(journal_of(tmp_path, None, encode(adding()).decode())))
    note(session, qtbot)
    session.die()
    found = Left(home, home / "own")
    assert [run.edits for run in found.interrupted] == list(found.found)
    found.keep()


@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.FAILED])
def test_a_run_that_ended_is_not_offered(session, qtbot, home, tmp_path, state):
    document = session.documents.new(adding())
    session.recovery.note_run(document, GoingRuns(journal_of(tmp_path, state, encode(adding()).decode())))
    note(session, qtbot)
    session.die()
    found = Left(home, home / "own")
    assert found.interrupted == []
    found.keep()


@pytest.mark.parametrize("how", ["over", "closed", "again"])
def test_only_the_newest_run_of_a_document_that_goes_on_is_noted(session, qtbot, home, tmp_path, how):
    document = session.documents.new(adding())
    runs = GoingRuns(journal_of(tmp_path))
    session.recovery.note_run(document, runs)
    if how == "over":
        session.recovery.forget_run(document)
    elif how == "closed":
        session.documents.close(document)
    else:
        session.recovery.note_run(document, runs)
    note(session, qtbot)
    assert len(list(home.glob(f"*/*{RUN}"))) == (how == "again")


@pytest.mark.parametrize("text", ["", "{}", '{"journal": 5}', "\xff"])
def test_a_note_of_a_run_that_cannot_be_read_is_passed_over(home, text):
    (home / "dead").mkdir(parents=True)
    (home / "dead" / f"a{RUN}").write_text(text, "latin-1")
    found = Left(home, home / "own")
    assert found.interrupted == []
    found.keep()
