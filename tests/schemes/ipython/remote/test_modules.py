"""Which modules the tasks of a session see, and where they come from."""

from __future__ import annotations

import pickle
import sys
from typing import TYPE_CHECKING

import cloudpickle

from treadle.core.worker.call import Form, Ref
from treadle.schemes.ipython.remote import messages as m

if TYPE_CHECKING:
    from pathlib import Path

cloudpickle.register_pickle_by_value(sys.modules[__name__])


def _local(folder: Path, value: int) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "local_steps.py").write_text(f"VALUE = {value}\ndef told():\n    return VALUE\n")
    return folder


def test_files_on_the_search_path_are_found_and_the_user_of_the_engine_does_not_see_them(engine, make_runner, tmp_path):
    runner = make_runner(search_path=(str(_local(tmp_path / "steps", 1)), "/nowhere"))
    assert runner.value("local_steps:told") == 1
    assert engine.ask("lambda: 'local_steps' in __import__('sys').modules") is False


def test_each_session_loads_the_files_as_they_are_then(make_runner, tmp_path):
    first = make_runner(search_path=(str(_local(tmp_path / "steps", 1)),))
    assert first.value("local_steps:told") == 1
    # Another size, so that no file system can take the new one for the old one.
    second = make_runner(search_path=(str(_local(tmp_path / "steps", 22)),), session="two")
    assert second.value("local_steps:told") == 22
    assert first.value("local_steps:told") == 1


def test_what_an_environment_in_the_users_folder_has_is_loaded_once(engine, make_runner, tmp_path):
    packages = tmp_path / "study" / ".venv" / "packages"
    packages.mkdir(parents=True)
    # As NumPy does.
    (packages / "only_once.py").write_text(
        "import builtins\n"
        "if hasattr(builtins, 'was_loaded'):\n    raise ImportError('cannot load module more than once per process')\n"
        "builtins.was_loaded = True\n"
        "def told():\n    return 7\n"
    )
    engine.ask(f"lambda: __import__('sys').path.append({str(packages)!r})")
    for session in ("one", "two"):
        runner = make_runner(search_path=(str(tmp_path / "study"),), session=session)
        assert runner.value("only_once:told") == 7


def test_a_file_that_makes_and_runs_a_pipeline_can_be_imported_but_its_tasks_cannot_do_so(make_runner, tmp_path):
    folder = tmp_path / "steps"
    folder.mkdir()
    (folder / "study.py").write_text(
        "from treadle import Pipeline, run\n"
        "def fit():\n    return 3\n"
        "def wrong():\n    return run(p)\n"
        "def made():\n    return Pipeline('Study')\n"
        "p = made()\n"
        "p.add(fit, x=1).out.each()\n"
        "p.save('study.treadle')\n"
        "for one in run(p): pass\n"
    )
    runner = make_runner(search_path=(str(folder),))
    assert runner.value("study:fit") == 3
    outcome, _ = runner.run("study:wrong")
    assert outcome.message == "treadle.run cannot be used in a task on an engine: pipelines are run from the outside"


def test_our_own_modules_stay_in_place_though_the_search_path_leads_to_the_parcel(engine, make_runner, tmp_path):
    runner = make_runner(search_path=(str(tmp_path), str(engine.temporary)))
    outcome, _ = runner.run("math:floor", x=1.5, options={"positional": ("x",)})
    assert pickle.loads(outcome[0]["out", -1]) == 1
    outcome, _ = runner.run("math:floor", x="none", options={"positional": ("x",)})
    assert outcome.type == "TypeError"


def test_sources_that_the_engine_lacks_can_be_supplied_also_packages(engine, runner):
    assert engine.control(m.LACKS, "one", ["json", "brought", "brought.inner", "xml.dom.nothing"]) == (
        "brought",
        "brought.inner",
        "xml.dom.nothing",
    )
    sources = {"brought/__init__.py": b"from .inner import told\n", "brought/inner.py": b"def told(): return 5\n"}
    engine.control(m.SUPPLY, "one", sources)
    assert engine.control(m.LACKS, "one", ["brought", "brought.inner"]) == ()
    assert runner.value("brought:told") == 5
    assert engine.ask("lambda: 'brought' in __import__('sys').modules") is False


def test_sources_cannot_be_supplied_outside_their_folder(engine, runner):
    pickle.dump(m.dumps((m.SUPPLY, m.dumps(("one", {"../out.py": b""})))), engine._controls)
    engine._controls.flush()
    kind, text = engine._replies.get(timeout=60)
    assert kind == "error"
    assert "../out.py" in text


def _by_value() -> int:
    return 7


def test_another_version_of_python_gets_importable_functions_only_and_says_so(make_runner):
    runner = make_runner(python=(3, 99))
    outcome, _ = runner.run(_by_value)
    assert outcome.kind == "not picklable"
    assert "the runner 3.99" in outcome.message
    assert "start engines with Python 3.99" in outcome.message
    outcome, _ = runner.run("builtins:callable", obj=_by_value, options={"positional": ("obj",)})
    assert outcome.kind == "not picklable"
    slots = {("t", "out", -1): cloudpickle.dumps(_by_value)}
    outcome, _ = runner.run("builtins:callable", obj=Ref(("t", "out", -1)), slots=slots)
    assert outcome.kind == "not picklable"
    outcome, _ = runner.run("math:sqrt", x=9.0, options={"positional": ("x",)})
    assert pickle.loads(outcome[0]["out", -1]) == 3.0


def test_python_source_runs_in_any_version_but_what_it_defines_cannot_leave(make_runner):
    from treadle.core.worker.call import Call, Target

    runner = make_runner(python=(3, 99))
    source = "class Thing:\n    pass\ndef make():\n    return Thing()\ndef plain():\n    return 3\n"
    outcomes = []
    for number, name in enumerate(("make", "plain")):
        encoded = runner._encoder.encode(Call("task", Form(Target(source=source, name=name)), {}))
        runner.start((number, "task", 1, encoded.template, encoded.arguments, {}))
        outcomes.append(runner.heard()[-1][2])
    assert outcomes[0].kind == "not picklable"
    assert "the output 'out' holds a function or class" in outcomes[0].message
    assert pickle.loads(outcomes[1][0]["out", -1]) == 3


def test_a_class_of_the_script_goes_there_and_back(runner):
    class Point:
        def __init__(self, x: int) -> None:
            self.x = x

    def moved(point: Point) -> Point:
        return Point(point.x + 1)

    outcome, _ = runner.run(moved, point=Point(1))
    assert pickle.loads(outcome[0]["out", -1]).x == 2
