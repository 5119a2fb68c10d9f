"""Schemes of plug-ins in a runner: named in its welcome, imported when they are tried or used, and never before."""

from __future__ import annotations

import time

import pytest
from distributions import install
from runners import document, greeted

from treadle import Pipeline
from treadle.core import protocol as p

MARKING = """
    import os, pathlib
    pathlib.Path(os.environ["IMPORTED"]).touch()
    from treadle.plugin import CommandScheme
"""


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """Install what works and what does not; return the file that the scheme that works makes when it is imported."""
    site, marker = tmp_path / "site", tmp_path / "imported"
    points = {"fine": "fine:CommandScheme"}
    install(site, "fine", MARKING, points=points, group="treadle.schemes")
    install(site, "raises", "raise RuntimeError('no licence')", value="raises:make", group="treadle.schemes")
    install(site, "hangs", "import time\ntime.sleep(600)", value="hangs:make", group="treadle.schemes")
    install(site, "twin", "", points={"threads": "twin:make"}, group="treadle.schemes")
    install(site, "empty", "", group="treadle.examples")
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv("IMPORTED", str(marker))
    return marker


@pytest.fixture
def talk(imported):
    made = greeted()
    yield made
    made.client.close()


def adding(scheme="auto"):
    pipeline = Pipeline("p")
    pipeline.add("operator:add", id="sum", a=1, b=2).scheme = scheme
    return pipeline


def reasons(talk, preference):
    found = talk.ask(p.AskSchemes, document=document(adding()), preference=preference).found
    return found[0].chosen, {one.scheme: one.reason for one in found[0].candidates}


def test_the_welcome_names_them_and_nothing_that_is_looked_at_imports_them(talk, imported):
    assert talk.ask(p.Hello).schemes[-3:] == ("fine", "hangs", "raises")
    assert talk.ask(p.CheckDocument, document=document(adding("fine"))).problems == ()
    assert reasons(talk, ("fine", "serial"))[0] == "fine"
    assert "it is switched off" in reasons(talk, ("serial",))[1]["fine"]
    assert not imported.exists()


def test_a_run_uses_one(talk, imported):
    started = talk.start(adding(), preference=("fine",), cache=False)
    over = talk.until(p.RunOver)
    assert (over.run, over.state) == (started.run, "succeeded")
    assert imported.exists()


def test_what_is_found_to_be_broken_is_told_and_is_a_reason_from_then_on(talk):
    assert reasons(talk, ("raises", "serial"))[0] == "raises"
    assert "RuntimeError: no licence" in talk.ask(p.TryScheme, name="raises").why
    chosen, told = reasons(talk, ("raises", "serial"))
    assert chosen == "serial"
    assert "RuntimeError: no licence" in told["raises"]
    assert talk.ask(p.TryScheme, name="fine").why == ""
    assert "not installed" in talk.ask(p.TryScheme, name="nobody").why


def test_what_can_be_seen_to_be_broken_is_told_with_the_modules_that_are(talk):
    told = {one.name: one.reason for one in talk.ask(p.ListModules).broken}
    assert told["threads (twin 1.0, treadle.schemes)"] == "a scheme of that name comes with Treadle"
    assert "no folder empty with pipelines" in told["empty (empty 1.0, treadle.examples)"]


def test_one_that_hangs_keeps_the_runner_from_nothing(talk):
    began = time.monotonic()
    talk.client.ask(p.TryScheme, lambda _answer: None, name="hangs")
    talk.start(adding(), preference=("hangs", "processes"), cache=False)
    assert talk.until(p.RunOver).state == "succeeded"
    assert time.monotonic() - began < 5
