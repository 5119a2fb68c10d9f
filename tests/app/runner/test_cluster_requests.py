"""What a runner does with a real cluster that it holds; all tests here share one, and leave two engines in it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest
from cluster_talks import DEFAULT, Begun, numbers, started
from clusters import wait_until
from runners import SECONDS, greeted

from treadle import Pipeline, sweep
from treadle.app.runner.client import RequestError
from treadle.core import protocol as p

ENGINES = 2


NAP = """
import os, time
from treadle import Schemes, module

@module(schemes=Schemes(processes=False))
def nap(x: int, seconds: float = 0.05) -> int:
    time.sleep(seconds)
    return os.getpid()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        made = tmp_path_factory.mktemp("held")
        for kind in ("STATE", "CACHE", "DATA", "CONFIG"):
            patch.setenv(f"XDG_{kind}_HOME", str(made / kind.lower()))
        patch.setenv("IPYTHONDIR", str(made / "ipython"))
        (made / "naps_of_a_runner.py").write_text(NAP)
        patch.syspath_prepend(made)
        yield made


@pytest.fixture(scope="module")
def talk(folder):
    made = greeted()
    started(made, ENGINES, variables={"GIVEN_AT_START": "one"})
    yield made
    made.client.close()


@pytest.fixture(autouse=True)
def as_before(talk):
    """Leave as many idle engines as there were."""
    yield
    row = talk.ask(p.WatchCluster, name=DEFAULT, seconds=0)
    more = len(numbers(row)) - ENGINES
    if more > 0:
        talk.ask(p.ActOnEngines, name=DEFAULT, deed="stop", engines=tuple(numbers(row)[-more:]))
    elif more < 0:
        talk.ask(p.AddEngines, name=DEFAULT, engines=-more)


def row_of(talk) -> p.ClusterRow:
    return talk.ask(p.WatchCluster, name=DEFAULT, seconds=0)


def said(talk, statement, **facts) -> list[str]:
    outcomes = talk.ask(p.ExecuteOn, name=DEFAULT, statement=statement, **facts)
    return [one.value or one.error or one.output for one in outcomes.rows]


def napping(folder, count):
    made = Pipeline("napping")
    made.file = folder / "napping.treadle"
    made.add("naps_of_a_runner:nap", id="nap", x=sweep(list(range(count))))
    return made


def test_what_is_told_of_engines_agrees_with_the_processes_there_are(talk):
    row = row_of(talk)
    assert (row.answers, row.ours, row.held, row.encrypted, row.busy) == (True, True, True, True, False)
    assert [one.state for one in row.engines] == ["idle"] * ENGINES
    assert "ipyparallel.controller" in " ".join(psutil.Process(row.process).cmdline())
    for one in row.engines:
        assert one.ours
        assert f"--Session.session={one.uuid}" in psutil.Process(one.pid).cmdline()
        assert (one.launcher, Path(one.log).parent) == ("local", Path(row.logs))


def test_the_list_has_it_without_its_engines(talk):
    found = talk.ask(p.AskClusters)
    assert (found.chosen, [one.name for one in found.profiles]) == ("default", ["default"])
    (row,) = found.clusters
    assert (row.name, row.answers, row.held, row.engines) == (DEFAULT, True, True, ())
    assert found.leftovers == ()


def test_who_watches_hears_at_once_of_engines_that_come_and_go(talk):
    talk.ask(p.WatchCluster, name=DEFAULT, seconds=60)
    talk.ask(p.AddEngines, name=DEFAULT, engines=1)
    news = talk.until(p.ClusterNews, lambda news: len(news.cluster.engines) == ENGINES + 1)
    number = numbers(news.cluster)[-1]
    talk.ask(p.ActOnEngines, name=DEFAULT, deed="kill", engines=(number,))
    talk.until(p.ClusterNews, lambda news: number not in numbers(news.cluster))


def test_a_statement_tells_of_each_engine_what_it_did(talk):
    first, second = numbers(row_of(talk))
    statement = "import sys; print('out'); print('err', file=sys.stderr); 6 * 7"
    rows = talk.ask(p.ExecuteOn, name=DEFAULT, statement=statement, engines=(second, first)).rows
    assert [(one.engine, one.output, one.errors, one.value) for one in rows] == [
        (second, "out\n", "err\n", "42"),
        (first, "out\n", "err\n", "42"),
    ]
    (row,) = talk.ask(p.ExecuteOn, name=DEFAULT, statement="1 / 0", engines=(first,)).rows
    assert row.error == "ZeroDivisionError: division by zero"
    assert "1 / 0" in row.traceback


def test_a_statement_that_is_late_is_interrupted(talk):
    assert all("not done after 0.5 s" in one for one in said(talk, "import time; time.sleep(60)", deadline=0.5))
    assert said(talk, "1 + 1") == ["2"] * ENGINES


def test_a_statement_that_is_given_up_is_interrupted(talk):
    begun = Begun(talk, p.ExecuteOn, name=DEFAULT, statement="import time; time.sleep(60)")
    talk.until(p.Doing, lambda news: news.asked == begun.number)
    talk.ask(p.CancelRequest, asked=begun.number)
    assert begun.answer(5.0).kind == "CancelledError"
    assert said(talk, "1 + 1") == ["2"] * ENGINES


def test_variables_reach_all_engines_and_those_that_come_but_no_command_line_and_no_file(talk, folder):
    talk.ask(p.SetVariables, name=DEFAULT, variables={"PUSHED": "well-kept", "GIVEN_AT_START": None})
    talk.ask(p.AddEngines, name=DEFAULT, engines=1)
    statement = "import os; os.environ.get('PUSHED'), os.environ.get('GIVEN_AT_START')"
    wait_until(lambda: said(talk, statement) == ["('well-kept', None)"] * (ENGINES + 1))
    assert row_of(talk).variables == ("PUSHED",)
    assert not [one for one in psutil.process_iter(["cmdline"]) if "well-kept" in " ".join(one.info["cmdline"] or [])]
    assert not [path for path in folder.rglob("*") if path.is_file() and b"well-kept" in path.read_bytes()]
    talk.ask(p.SetVariables, name=DEFAULT, variables={"PUSHED": None})
    assert row_of(talk).variables == ()
    assert set(said(talk, statement)) == {"(None, None)"}


def test_what_cannot_be_a_variable_is_refused_and_nothing_is_set(talk):
    for odd in ({"A=B": "1"}, {"": "1"}, {"A": "a\0b"}):
        with pytest.raises(RequestError) as caught:
            talk.ask(p.SetVariables, name=DEFAULT, variables={"FINE": "1", **odd})
        assert caught.value.kind == "UsageError"
        with pytest.raises(RequestError, match="variable"):
            started(talk, 1, p.ClusterName("default", "other"), variables=odd)
    assert "FINE" not in row_of(talk).variables


def test_engines_are_restarted_with_new_numbers(talk):
    before = row_of(talk)
    after = talk.ask(p.ActOnEngines, name=DEFAULT, deed="restart")
    assert len(after.engines) == ENGINES
    assert not {one.pid for one in before.engines} & {one.pid for one in after.engines}
    assert not set(numbers(before)) & set(numbers(after))


def test_an_engine_that_there_is_not_is_named(talk):
    with pytest.raises(RequestError, match="no engine 99") as caught:
        talk.ask(p.ActOnEngines, name=DEFAULT, deed="kill", engines=(99,))
    assert caught.value.kind == "UsageError"


def test_a_run_uses_the_engines_and_it_is_told_what_each_of_them_executes(talk, folder):
    run = talk.start(napping(folder, 80), scheme="ipython", cache=False)
    rows = []

    def busy():
        rows.append(row_of(talk))
        return rows[-1].busy and any(one.task.startswith("nap") for one in rows[-1].engines)

    wait_until(busy)
    (alive,) = talk.ask(p.AskAlive).runs
    assert (alive.run, alive.name, alive.clusters) == (run.run, "napping", (DEFAULT,))
    assert talk.until(p.RunOver).state == "succeeded"
    row = row_of(talk)
    assert not row.busy
    assert {one.task for one in row.engines} == {""}


@pytest.mark.slow
def test_an_engine_that_dies_in_a_run_is_replaced_and_one_that_is_stopped_is_not(talk, folder):
    talk.ask(p.AddEngines, name=DEFAULT, engines=1)
    talk.start(napping(folder, 400), scheme="ipython", cache=False)
    wait_until(lambda: any(one.task for one in row_of(talk).engines))
    first, second, _ = row_of(talk).engines
    talk.ask(p.ActOnEngines, name=DEFAULT, deed="stop", engines=(first.number,))
    os.kill(second.pid, signal.SIGKILL)
    wait_until(lambda: second.number not in numbers(row_of(talk)))
    wait_until(lambda: len(numbers(row_of(talk))) == ENGINES)
    assert talk.until(p.RunOver).state == "succeeded"
    assert len(numbers(row_of(talk))) == ENGINES


def test_logs_are_told_by_process_and_nothing_else_is_read(talk):
    row = row_of(talk)
    logs = talk.ask(p.AskLogs, name=DEFAULT, lines=3)
    assert logs.folder == row.logs
    assert logs.files[0].of == "controller"
    engine = row.engines[0]
    (one,) = talk.ask(p.AskLogs, name=DEFAULT, file=engine.log).files
    assert (one.of, one.path) == (f"engine {engine.number}", engine.log)
    with pytest.raises(RequestError, match="no such log"):
        talk.ask(p.AskLogs, name=DEFAULT, file="/etc/passwd")


def test_what_runs_cannot_be_started_again(talk):
    with pytest.raises(RequestError, match="it runs already"):
        started(talk)
    assert row_of(talk).held


def test_runs_use_the_chosen_profile_and_not_what_is_held_in_another(talk, folder):
    made = talk.ask(p.MakeProfile, name="other", like="default")
    assert [one.name for one in made.profiles] == ["default", "other"]
    assert talk.ask(p.ChooseProfile, name="other").chosen == "other"
    try:
        assert schemes_of(talk, napping(folder, 2)) == {"serial"}
        assert row_of(talk).held
    finally:
        talk.ask(p.ChooseProfile, name="default")
    assert schemes_of(talk, napping(folder, 2)) == {"ipython"}


def schemes_of(talk, pipeline) -> set[str]:
    run = talk.start(pipeline, scheme="auto", cache=False).run
    used: set[str] = set()
    while True:
        news = talk.news.get(timeout=SECONDS)
        if isinstance(news, p.RunNews) and news.run == run:
            used |= {row.scheme for row in news.tasks if row.scheme}
        if isinstance(news, p.RunOver) and news.run == run:
            return used
