"""A result is kept only if the code and the files that its key was made of stayed as they were until it had ended."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest
from cached_runs import run

from treadle import Pipeline, module

NUMBERS = itertools.count(1)
OLD = "def made(x: int = 0) -> str:\n    return 'old'\n"
NEW = OLD.replace("old", "new")


class Steps:
    """A module of the user's own that can be edited at any time."""

    def __init__(self, folder: Path) -> None:
        self.name = f"honest_steps_{next(NUMBERS)}"
        self.file = folder / f"{self.name}.py"
        self.file.write_text(OLD)

    def forget(self) -> None:
        sys.modules.pop(self.name, None)


@pytest.fixture
def work(tmp_path, monkeypatch):
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return folder


@pytest.fixture
def steps(work):
    made = Steps(work)
    yield made
    made.forget()


@module(cache=False)
def edited(file: str, text: str, after: object = None) -> int:
    if Path(file).read_text() != text:
        Path(file).write_text(text)
    return 1


def passed(x: int) -> int:
    return x


def length(text: str) -> int:
    return len(text)


def exclaimed(text: str) -> str:
    return text + "!"


def read_late(path: Path) -> str:
    path.write_text("new")
    return path.read_text()


def test_code_that_was_edited_between_look_up_and_import_is_not_kept_under_the_old_key(caches, work, steps):
    p = Pipeline()
    # Both are looked up at once; the second is imported when the first has ended, for which more tasks wait.
    late = p.add(edited, file=str(steps.file), text=NEW)
    for _ in range(4):
        late = p.add(passed, x=late.out)
    made = p.add(f"{steps.name}:made")
    p.add(exclaimed, text=made.out)
    steps.forget()
    assert run(p, caches, work).values["exclaimed.out"] == "new!"
    steps.forget()
    steps.file.write_text(OLD)
    after = Pipeline()
    made = after.add(f"{steps.name}:made")
    after.add(exclaimed, text=made.out)
    found = run(after, caches, work)
    assert found.values == {"made.out": "old", "exclaimed.out": "old!"}
    assert found.found == []


def test_code_counts_as_it_was_before_anything_was_executed(caches, work, steps):
    """A worker that has loaded it for another task executes it so, though it was edited before it is looked up."""
    p = Pipeline()
    early = p.add(f"{steps.name}:made")
    early.cache = False
    p.add(f"{steps.name}:made", id="late", x=p.add(edited, file=str(steps.file), text=NEW).out)
    assert run(p, caches, work).values["late.out"] == "old"
    steps.forget()
    assert run(p, caches, work).values["late.out"] == "new"


def test_what_this_process_executes_though_its_file_has_changed_is_not_kept(caches, work, steps):
    p = Pipeline()
    p.add(f"{steps.name}:made")
    steps.file.write_text(NEW + "# longer")
    assert run(p, caches, work).values == {"made.out": "old"}, "it had been loaded before"
    steps.forget()
    assert run(p, caches, work).values == {"made.out": "new"}
    assert run(p, caches, work).found == ["made"]


def test_a_file_that_was_changed_while_its_task_ran_does_not_count_as_it_was(caches, work):
    data = work / "data.txt"
    data.write_text("old")
    p = Pipeline()
    p.add(length, text=p.add(read_late, path=str(data)).out)
    assert run(p, caches, work).values["read_late.out"] == "new"
    data.write_text("old")
    again = run(p, caches, work)
    assert "read_late" in again.executed
    # Now the file stays as it is, because what is written is what it holds.
    assert sorted(run(p, caches, work).executed) == ["length", "read_late"]
    assert run(p, caches, work).executed == []


def content(path: Path, after: int) -> str:
    return path.read_text()


@module(cache=False)
def named(file: str) -> Path:
    return Path(file)


def test_a_file_that_a_task_of_the_run_has_changed_is_not_found_as_it_was(caches, work):
    data = work / "data.txt"

    def last_read(text):
        p = Pipeline()
        first = p.add(content, path=str(data), after=0)
        changed = p.add(edited, file=str(data), text=text, after=first.out)
        p.add(content, id="last", path=str(data), after=changed.out)
        return run(p, caches, work).values["last.out"]

    data.write_text("old")
    assert last_read("old") == "old"
    assert last_read("new") == "new"
    data.write_text("old")
    assert last_read("old") == "old"


def test_a_file_that_a_value_names_and_a_task_of_the_run_has_changed_does_not_count_as_it_was(caches, work):
    data = work / "data.txt"

    def last_read(text):
        p = Pipeline()
        file = p.add(named, file=str(data))
        changed = p.add(edited, file=str(data), text=text, after=file.out)
        p.add(content, id="last", path=file.out, after=changed.out)
        return run(p, caches, work)

    data.write_text("old")
    assert last_read("new").values["last.out"] == "new"
    data.write_text("old")
    assert last_read("old").values["last.out"] == "old"
    assert "last" in last_read("old").found


def test_what_reads_a_doubtful_result_is_not_kept_by_its_lineage(caches, work):
    data = work / "data.txt"
    data.write_text("longer than new")
    p = Pipeline()
    p.add(length, text=p.add(read_late, path=str(data)).out)
    assert run(p, caches, work).values["length.out"] == 3
    data.write_text("longer than new")
    assert run(p, caches, work).executed == ["read_late", "length"]


def test_it_is_said_in_the_log_what_is_not_kept_and_why(caches, work, caplog):
    data = work / "data.txt"
    data.write_text("old")
    p = Pipeline()
    p.add(read_late, path=str(data))
    with caplog.at_level("DEBUG", "treadle.core.cache"):
        run(p, caches, work)
    assert f"the result of read_late is not kept: {data} changed before it had ended" in caplog.text


def test_editing_one_module_costs_only_the_results_of_that_module(caches, work, steps):
    other = Steps(work)
    p = Pipeline()
    p.add(edited, file=str(steps.file), text=NEW)
    p.add(f"{steps.name}:made", id="changed")
    p.add(f"{other.name}:made", id="same")
    other.forget()
    run(p, caches, work)
    assert run(p, caches, work).found == ["same"]
    other.forget()
