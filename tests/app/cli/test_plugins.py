"""`treadle plugins` and `treadle examples`: what is installed, what it offers, and what of it is broken."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from distributions import install

from treadle import Pipeline

EXPECTED = """
✓ examples pack 2 examples
✗ examples pack/garbled it cannot be read: Input data was truncated
✗ examples nowhere there is no folder no_such_package/examples with pipelines (*.treadle) in it
✓ modules fine 1 module
✗ modules odd RuntimeError: no modules
✓ scheme good A scheme for tests
✗ scheme late RuntimeError: too late
✗ scheme processes a scheme of that name comes with Treadle
"""


@pytest.fixture
def site(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    return folder


@pytest.fixture
def examples(site):
    """Install a plug-in with two examples and one that cannot be read; return their folder."""
    package = install(site, "pack", "raise RuntimeError('imported')", value="pack.examples", group="treadle.examples")
    folder = package / "examples"
    folder.mkdir()
    for name in ("first", "second"):
        pipeline = Pipeline(f"The {name}")
        pipeline.add("operator:add", a=1, b=2)
        pipeline.save(folder / f"{name}.treadle")
    (folder / "garbled.treadle").write_text("{")
    return folder


def test_all_that_is_offered_is_listed_and_broken_things_with_their_reason(treadle, site, examples):
    assert examples.is_dir()
    install(site, "no", "", points={"nowhere": "no_such_package.examples"}, group="treadle.examples")
    install(site, "fine", "from treadle import module\n@module\ndef fine(): ...")
    install(site, "odd", "raise RuntimeError('no modules')")
    text = "def make(context): ..."
    install(site, "good", text, value="good:make", group="treadle.schemes", summary="A scheme for tests")
    install(site, "late", "raise RuntimeError('too late')", value="late:make", group="treadle.schemes")
    install(site, "twin", text, points={"processes": "twin:make"}, group="treadle.schemes")
    done = treadle("plugins")
    assert done.code == 0
    lines = {tuple(line.split()[:3]): line for line in done.out.splitlines()}
    for wanted in EXPECTED.strip().splitlines():
        mark, kind, name, about = wanted.split(" ", 3)
        assert about in lines[mark, kind, name]
    assert len(lines) == len(EXPECTED.strip().splitlines())
    assert "late 1.0" in lines["✗", "scheme", "late"]


def test_without_plugins_it_says_so(treadle):
    assert "no plug-in is installed" in treadle("plugins").out


def test_examples_of_plugins_are_listed_after_those_that_come_with_treadle(treadle, examples):
    names = [line.split()[0] for line in treadle("examples").out.splitlines()]
    assert names[0] == "first_run"
    assert names[-2:] == ["pack/first", "pack/second"]
    assert treadle("examples", "pack/first").out == f"{examples / 'first.treadle'}\n"
    assert "pack" not in sys.modules


def test_the_file_of_an_example_can_be_run(treadle, examples):
    assert examples.is_dir()
    file = treadle("examples", "pack/second").out.strip()
    assert Path(file).is_file()
    done = treadle("run", file, "--no-cache", "--trust", "--json")
    assert done.json["state"] == "succeeded"


def test_an_example_that_there_is_not_is_refused_with_a_suggestion(treadle):
    done = treadle("examples", "firstrun")
    assert done.code == 2
    assert "Did you mean 'first_run'" in done.err
