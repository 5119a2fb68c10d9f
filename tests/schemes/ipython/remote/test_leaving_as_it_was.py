"""After a batch, the engine is as its user left it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Any

import cloudpickle

from treadle.schemes.ipython.remote import messages as m

cloudpickle.register_pickle_by_value(sys.modules[__name__])

STATE = """lambda: (lambda os, sys, signal, locale, tempfile, resource, gc, warnings, logging: (
    os.getcwd(), dict(os.environ), list(sys.path), id(sys.stdout), id(sys.stderr),
    os.fstat(1).st_ino, os.fstat(2).st_ino,
    [str(signal.getsignal(n)) for n in range(1, 32) if n not in (9, 19)], locale.setlocale(locale.LC_ALL),
    os.umask(0o22) * 0 + os.umask(0o22), sys.getrecursionlimit(), tempfile.tempdir, id(sys.modules['__main__']),
    sorted(n for n in sys.modules if n.startswith('treadle')), sorted(os.listdir('.')),
    sorted(k for k in vars(sys.modules['__main__'])),
    [resource.getrlimit(n) for n in range(8)], sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ()))),
    sys.gettrace(), gc.isenabled(), [str(one) for one in warnings.filters], logging.root.manager.disable,
))(*map(__import__, ('os', 'sys', 'signal', 'locale', 'tempfile', 'resource', 'gc', 'warnings', 'logging')))"""


def _changes_everything() -> int:
    import gc
    import locale
    import logging
    import resource
    import signal
    import tempfile
    import warnings
    from pathlib import Path

    import __main__

    __main__.left_behind = 1
    os.environ["LEFT"] = "1"
    os.environ.pop("HOME", None)
    sys.path.insert(0, "/nowhere")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 60)
    locale.setlocale(locale.LC_ALL, "C")
    os.umask(0)
    sys.setrecursionlimit(5000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CPU, (1000, resource.RLIM_INFINITY))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    sys.settrace(lambda *_: None)
    gc.disable()
    warnings.simplefilter("error")
    logging.disable(50)
    tempfile.tempdir = "/nowhere"
    Path("left.txt").write_text("left")
    os.chdir("/")
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123
    os.close(1)
    os.close(2)
    return 1


def _seen() -> tuple[Any, ...]:
    return os.environ.get("LEFT"), "/nowhere" in sys.path, os.listdir(".")  # noqa: PTH208


def test_a_module_that_changes_all_it_can_changes_nothing_for_the_user_of_the_engine(engine, runner):
    runner.value(_seen)
    before = engine.ask(STATE)
    assert runner.value(_changes_everything) == 1
    assert engine.ask(STATE) == before


def test_the_next_job_of_a_batch_sees_nothing_of_it_and_can_print(engine, runner):
    def prints() -> None:
        print("still heard")  # noqa: T201
        os.system("echo by children too")

    jobs = [runner.job(_changes_everything, {}), runner.job(_seen, {}), runner.job(prints, {})]
    runner.start(*jobs)
    told = runner.heard()
    answers = [message for message in told if message[0] == m.ANSWER]
    assert cloudpickle.loads(answers[1][2][0]["out", -1]) == (None, False, [])
    assert [message[2] for message in told if message[0] == m.LINES] == [["still heard", "by children too"]]


def test_the_environment_of_a_run_is_there_for_its_tasks_only(engine, make_runner):
    runner = make_runner(environment={"PUSHED": "42"})
    assert runner.value(os.getenv, key="PUSHED") == "42"
    assert engine.ask("lambda: __import__('os').environ.get('PUSHED')") is None


def test_a_secret_is_resolved_on_the_engine_and_covered_in_what_is_told(make_runner):
    def shows(password: str) -> None:
        from treadle import log

        log("it is", password)
        raise ValueError(password)

    runner = make_runner(environment={"PASSWORD": "hunter2"})
    outcome, lines = runner.run(shows, password="${env:PASSWORD}")
    assert lines == ["it is ‹hidden›"]
    assert outcome.message == "‹hidden›"
    assert "hunter2" not in outcome.traceback


def test_another_version_of_treadle_stays_with_the_user_and_away_from_the_tasks(engine, make_runner):
    engine.ask(
        "lambda: __import__('sys').modules.update("
        "{'treadle': __import__('types').ModuleType('treadle'), 'treadle.own': __import__('types').ModuleType('own')})"
    )
    runner = make_runner()

    def named() -> tuple[bool, bool]:
        import treadle

        return hasattr(treadle, "progress"), "treadle.own" in sys.modules

    assert runner.value(named) == (True, False)
    assert engine.ask("lambda: (sorted(vars(__import__('treadle'))), 'treadle.own' in __import__('sys').modules)") == (
        sorted(vars(type(sys)("treadle"))),
        True,
    )


def test_the_processes_of_a_task_end_with_it_but_not_those_that_the_engine_had(engine, runner, tmp_path):
    engine.ask("lambda: globals().update(own=__import__('subprocess').Popen(['sleep', '600']))")

    def leaves() -> int:
        subprocess.Popen(["sleep", "601"])
        # It is a shell until it has become what it is to be.
        os.system("(setsid sleep 602 &); until grep -qsz '^602$' /proc/[0-9]*/cmdline; do :; done")
        return 1

    outcome, _ = runner.run(leaves)
    assert isinstance(outcome, tuple)
    assert sorted(command[-9:] for command in runner.last[6]) == ["sleep 601", "sleep 602"]
    assert engine.ask("lambda: own.poll()") is None
    engine.ask("lambda: (own.kill(), own.wait())")


def test_a_folder_that_somebody_cleaned_up_is_made_again(engine, runner):
    shutil.rmtree(runner.facts.folder)
    before = engine.ask(STATE)
    assert runner.value(_seen) == (None, False, [])
    assert engine.ask(STATE) == before


def test_an_engine_without_standard_streams_can_work(engine, runner):
    engine.ask("lambda: (__import__('os').close(1), __import__('os').close(2))")
    assert runner.value(_seen) == (None, False, [])
    engine.ask("lambda: __import__('os').dup2(0, 1)")


def test_a_module_that_forks_and_returns_twice_answers_once(runner):
    def forks() -> int:
        return os.fork() * 0

    runner.start(runner.job(forks, {}), runner.job(_seen, {}))
    assert [message[1] for message in runner.heard() if message[0] == m.ANSWER] == [0, 1]


def test_numeric_libraries_may_use_as_many_threads_as_the_task_has_cores(engine, runner):
    before = engine.ask("lambda: __import__('os').environ.get('OMP_NUM_THREADS')")
    outcome, _ = runner.run(os.getenv, key="OMP_NUM_THREADS", options={"n_procs": 3})
    assert cloudpickle.loads(outcome[0]["out", -1]) == "3"
    assert runner.value(os.getenv, key="OMP_NUM_THREADS") == "1"
    assert engine.ask("lambda: __import__('os').environ.get('OMP_NUM_THREADS')") == before
