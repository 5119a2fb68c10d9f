"""What is there after a run, for how long, and what is not."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import psutil
import pytest
from one_node import one_node

from treadle import run, scratch, start_run
from treadle.app.options import Options
from treadle.app.session import MOST_OPEN, Run

if TYPE_CHECKING:
    from pathlib import Path


SECONDS = 20.0


def make_file(text: str = "hello") -> Path:
    path = scratch() / "note.txt"
    path.write_text(text)
    return path


def test_files_can_be_read_after_the_run_and_stay_in_the_cache(temporary, tmp_path):
    pipeline, node = one_node(make_file)
    path = run(pipeline, cache=tmp_path / "cache")[node]
    gc.collect()
    assert list(temporary.iterdir()) == []
    assert tmp_path / "cache" in path.parents
    assert path.read_text() == "hello"


def test_without_a_cache_files_go_with_the_result(temporary):
    pipeline, node = one_node(make_file)
    result = run(pipeline, cache=False)
    path = result[node]
    assert path.read_text() == "hello"
    assert temporary in path.parents
    del result
    gc.collect()
    assert not path.exists()
    assert list(temporary.iterdir()) == []


def test_closing_the_result_removes_its_files_and_may_be_done_twice(temporary):
    result = run(one_node(make_file)[0])
    result.close()
    result.close()
    assert list(temporary.iterdir()) == []


def test_a_started_run_leaves_nothing_when_its_handle_is_dropped(temporary):
    handle = start_run(one_node(make_file)[0])
    handle.result(SECONDS)
    del handle
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_only_the_user_can_enter_the_folder_of_a_run(temporary):
    prepared = Run(one_node()[0], Options())
    (folder,) = temporary.glob("treadle-run-*")
    assert folder.stat().st_mode & 0o077 == 0
    prepared.close()


def test_results_that_are_kept_can_be_read_though_their_workers_are_gone():
    kept = []
    before = set(psutil.Process().children())
    for number in range(8):
        pipeline, node = one_node(x=number)
        kept.append((run(pipeline, cache=False), node))
    assert len(set(psutil.Process().children()) - before) <= MOST_OPEN
    assert [result[node] for result, node in kept] == [2 * number for number in range(8)]


class Traced:
    """A value that leaves a trace where it is unpickled."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __reduce__(self):
        return leave_trace, (self.file,)


def leave_trace(file: str) -> str:
    with open(file, "a") as trace:  # noqa: PTH123 - of plain text, also where a worker has no Path
        trace.write(f"{os.getpid()}\n")
    return file


def traced(file: str) -> object:
    return Traced(file)


@pytest.mark.parametrize("hosted", [True, False])
def test_values_of_older_runs_come_here_only_where_code_of_modules_may(hosted, tmp_path):
    file = tmp_path / "trace"
    file.touch()
    ended = []
    for _ in range(MOST_OPEN + 1):
        ended.append(Run(one_node(traced, file=str(file))[0], Options("processes", cache=False, hosted=hosted)))
        assert ended[-1].execute().ok
    assert (str(os.getpid()) in file.read_text().split()) is not hosted
    for one in ended:
        one.close()
