"""What a run keeps is let go of, also where it cannot be prepared in full."""

from __future__ import annotations

import os
import threading

import pytest

from treadle import Pipeline, run
from treadle.app import keeping
from treadle.app.keeping import Keeping
from treadle.app.options import Options
from treadle.app.scheme_options import SchemeOptions
from treadle.app.session import checked_plan
from treadle.core.journal.listing import list_runs
from treadle.core.places import runs_folder


def open_files():
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


@pytest.mark.parametrize("step", ["Learned", "NodeKeys", "CachedResults"])
def test_a_step_that_raises_leaves_no_file_open_and_no_thread(tmp_path, monkeypatch, step):
    def broken(*_arguments):
        raise RuntimeError("injected")

    pipeline = Pipeline("kept")
    pipeline.add("builtins:abs", x=-1)
    options = Options(cache=tmp_path / "cache")
    plan = checked_plan(pipeline, options)
    before = open_files(), set(threading.enumerate())
    monkeypatch.setattr(keeping, step, broken)

    with pytest.raises(RuntimeError, match="injected"):
        Keeping(pipeline, plan, options, None, print, tmp_path)

    assert open_files() == before[0]
    assert set(threading.enumerate()) <= before[1]


def test_how_schemes_were_set_is_kept_as_it_was_asked_for(tmp_path):
    pipeline = Pipeline("kept")
    pipeline.add("builtins:abs", x=-1)
    run(pipeline, scheme="serial", cache=tmp_path / "cache", settings={"threads": SchemeOptions(number=3)}).close()
    (kept,) = list_runs(runs_folder()).readable
    assert kept.options["settings"]["threads"]["number"] == 3
    assert kept.options["cache"] == str(tmp_path / "cache")
    assert "scheme" not in kept.options
