"""Schemes of plug-ins, installed as a user has them: they run tasks, and broken ones are told and harm nothing."""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import time

import psutil
import pytest
from distributions import install

from treadle import Pipeline, run, start_run
from treadle.__main__ import main
from treadle.app.explaining import explain
from treadle.app.options import Options
from treadle.app.scheme_options import SchemeOptions
from treadle.core.errors import UsageError
from treadle.core.registry.scheme_plugins import all_scheme_plugins, scheme_plugins
from treadle.core.run.records import TaskLogged

NICE = """
    from treadle.plugin import CommandScheme

    class Nice(CommandScheme):
        '''Runs each task by a command of low priority.'''

        def command(self, call, python):
            return ["nice", "-n", "5", *python]
"""
"""A plug-in as in the guide."""

BROKEN = {
    "raises": "raise RuntimeError('out of order')",
    "exits": "import sys\nsys.exit('enough')",
    "dies": "import os\nos._exit(3)",
    "sleeps": "import time\ntime.sleep(600)",
    "nothing": "make = 3",
    "unmade": "def make(context): raise ValueError('no licence')",
}
REASONS = {
    "raises": "RuntimeError: out of order",
    "exits": "SystemExit: enough",
    "dies": "ended with exit code 3",
    "sleeps": "did not finish importing within 1 s",
    "nothing": "it names a value of type 'int'",
    "unmade": "ValueError: no licence",
}


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder for installed packages, which processes that are started look into too."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setattr("treadle.core.registry.scheme_plugins.IMPORT_SECONDS", 1.0)
    known = set(sys.modules)
    yield folder
    for name in set(sys.modules) - known:
        if (file := getattr(sys.modules[name], "__file__", None)) and file.startswith(str(folder)):
            del sys.modules[name]
    importlib.invalidate_caches()


def offer(folder, name, text, **options):
    install(folder, f"plug_{name}", text, points={name: f"plug_{name}:make"}, group="treadle.schemes", **options)


@pytest.fixture
def nice(site):
    offer(site, "nice", NICE + "\n    make = Nice\n", summary="Tasks that give way to others")
    return "nice"


def priorities():
    pipeline = Pipeline("p")
    found = pipeline.add(_priority, number=pipeline.add(_numbers).out.each())
    return pipeline, found


def _numbers() -> list[int]:
    return [1, 2, 3]


def _priority(number: int) -> int:
    import os

    return os.getpriority(os.PRIO_PROCESS, 0) + number


def test_a_plugged_scheme_runs_tasks_when_it_is_asked_for(nice):
    pipeline, found = priorities()
    result = run(pipeline, scheme=nice, cache=False)
    assert result.ok, result.failures
    assert {task.scheme for task in result.tasks} == {"nice"}
    assert [value - os.getpriority(os.PRIO_PROCESS, 0) for value in result[found]] == [6, 7, 8]


def test_it_is_used_by_auto_once_it_is_preferred_and_not_before(nice):
    pipeline, _ = priorities()
    assert {task.scheme for task in run(pipeline, cache=False).tasks} & {"nice"} == set()
    preferred = run(pipeline, cache=False, preference=("nice", "serial"))
    assert preferred.ok
    assert {task.scheme for task in preferred.tasks} == {"nice"}


def test_values_go_to_other_schemes_and_back(nice):
    pipeline = Pipeline("p")
    first = pipeline.add(_numbers)
    second = pipeline.add(_priority, number=first.out.each())
    third = pipeline.add("builtins:sum", iterable=second.out.joined())
    first.scheme = third.scheme = "processes"
    second.scheme = "nice"
    result = run(pipeline, cache=False, preference=("processes", "nice"))
    assert result.ok, result.failures
    assert {task.node: task.scheme for task in result.tasks} == {
        first.id: "processes", second.id: "nice", third.id: "processes",
    }  # fmt: skip


def test_a_node_may_wish_for_it_and_a_module_may_refuse_it(nice):
    pipeline, found = priorities()
    found.scheme = "nice"
    assert not [problem for problem in pipeline.check() if "nice" in str(problem)]
    reasons = {row.node: row for row in explain(pipeline, Options(preference=("nice", "processes")))}
    assert reasons[found.id].chosen == "nice"
    reasons = {row.node: row for row in explain(pipeline, Options(preference=("processes",)))}
    assert reasons[found.id].chosen == "processes"
    told = {one.scheme: one.reason for one in reasons[found.id].candidates}
    assert "it is switched off" in told["nice"]


def test_the_number_of_its_workers_can_be_set_and_nothing_that_it_does_not_know(nice):
    pipeline, _ = priorities()
    settings = {"nice": SchemeOptions(number=1)}
    result = run(pipeline, scheme=nice, cache=False, settings=settings)
    assert {task.worker for task in result.tasks} == {"nice 1"}
    with pytest.raises(UsageError, match="memory_gb cannot be set of the scheme nice"):
        run(pipeline, scheme=nice, settings={"nice": SchemeOptions(memory_gb=1.0)})


def test_a_lost_command_costs_an_attempt_and_a_time_limit_is_kept(nice, tmp_path):
    pipeline = Pipeline("p")
    once = pipeline.add(_die_once, marker=str(tmp_path / "died"))
    slow = pipeline.add(_wait)
    slow.timeout = 1
    result = run(pipeline, scheme=nice, cache=False)
    assert result[once] == 2
    (failure,) = result.failures
    assert (failure.node, failure.cause.kind) == (slow.id, "timed out")
    assert {task.node: task.attempts for task in result.tasks}[once.id] == 2


def test_a_cancelled_run_leaves_no_command(nice):
    pipeline = Pipeline("p")
    pipeline.add(_wait)
    began = threading.Event()
    handle = start_run(pipeline, scheme=nice, cache=False, listener=lambda news: _note(news, began))
    assert began.wait(60)
    handle.cancel()
    assert handle.result(60).state == "cancelled"
    handle.result(1).close()
    assert not [one for one in psutil.Process().children(recursive=True) if "commands.task" in " ".join(one.cmdline())]


def _note(news, began):
    if isinstance(news, TaskLogged):
        began.set()


def _wait() -> None:
    import time

    from treadle import log

    log("it has begun")
    time.sleep(600)


def _die_once(marker: str) -> int:
    import os
    from pathlib import Path

    if Path(marker).exists():
        return 2
    Path(marker).touch()
    os._exit(3)


def test_it_is_found_without_being_imported(nice):
    assert scheme_plugins()["nice"].about == "Tasks that give way to others"
    pipeline, _ = priorities()
    explain(pipeline, Options(preference=("nice",)))
    assert "plug_nice" not in sys.modules


def test_the_command_line_takes_it(nice, tmp_path, capfd):
    pipeline = Pipeline("p")
    pipeline.add("operator:add", a=1, b=2)
    file = str(pipeline.save(tmp_path / "p.treadle"))
    assert command("run", file, "-x", "nice", "--json", "--no-cache", "--trust") == 0
    assert json.loads(capfd.readouterr().out)["schemes"] == {"nice": 1}
    assert command("run", file, "--prefer", "nice,serial", "--json", "--no-cache", "--trust") == 0
    assert json.loads(capfd.readouterr().out)["schemes"] == {"nice": 1}


def command(*words):
    sys.argv = ["treadle", *words]
    return main()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_one_that_is_asked_for_is_refused_or_passed_over_with_its_reason(site, name):
    offer(site, name, BROKEN[name])
    pipeline, _ = priorities()
    began = time.monotonic()
    if name == "unmade":
        # It can be imported: that it cannot start is known only then, and the run goes on elsewhere.
        result = run(pipeline, scheme=name, cache=False)
        assert result.ok
        assert REASONS[name] in result.warnings[0]
    else:
        with pytest.raises(UsageError, match=REASONS[name]):
            run(pipeline, scheme=name, cache=False)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_one_that_is_preferred_stops_and_delays_nothing(site, name):
    offer(site, name, BROKEN[name])
    pipeline, _ = priorities()
    began = time.monotonic()
    result = run(pipeline, cache=False, preference=(name, "processes"))
    assert result.ok
    assert {task.scheme for task in result.tasks} == {"processes"}
    result.close()
    assert time.monotonic() - began < 5


def test_names_that_cannot_be_used_are_told_without_importing_anything(site):
    for name in ("processes", "two words", "twice"):
        text = "raise RuntimeError('imported')"
        install(site, f"plug_{name.split()[0]}", text, points={name: "x:y"}, group="treadle.schemes")
    install(site, "plug_zwice", text, points={"twice": "x:z"}, group="treadle.schemes")
    told = {(plugin.name, plugin.value): plugin.why for plugin in all_scheme_plugins()}
    assert "comes with Treadle" in told["processes", "x:y"]
    assert "made of letters" in told["two words", "x:y"]
    assert told["twice", "x:y"] == ""
    assert told["twice", "x:z"] == "plug_twice 1.0 offers a scheme of that name too"


def test_metadata_that_cannot_be_read_stops_nothing(site, nice):
    broken = site / "broken-1.0.dist-info"
    broken.mkdir()
    (broken / "entry_points.txt").write_bytes(b"[treadle.schemes\n\xff\xfe=\n===\n")
    assert "nice" in scheme_plugins()
