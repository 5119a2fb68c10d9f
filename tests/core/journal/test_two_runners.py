"""Several processes that keep their runs in one folder at the same time."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

from journals import SECONDS

from treadle.core.journal.listing import list_runs
from treadle.core.journal.reader import RunReader

RUNS = 50
RUNNER = """
    import sys
    from treadle import Pipeline, run
    from treadle.core.journal import names
    # So few names that the two are bound to choose the same ones.
    choose = names.secrets.token_hex
    names.secrets.token_hex = lambda _bytes: choose(1)[0] + choose(1)[0]
    pipeline = Pipeline("demo")
    first = pipeline.add("operator:add", id="first", a=1, b=2)
    pipeline.add("operator:neg", id="second", a=first.out)
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(int(sys.argv[1])):
        result = run(pipeline, scheme="serial", cache=False)
        assert result.ok, result.failures
        result.close()
"""


def test_two_processes_that_start_many_runs_at_once_lose_no_journal(tmp_path):
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(RUNNER), str(RUNS)]
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    runners = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(2)
    ]
    try:
        assert [runner.stdout.readline() for runner in runners] == ["ready\n"] * 2
        for runner in runners:
            runner.stdin.write("go\n")
            runner.stdin.flush()
        while any(runner.poll() is None for runner in runners):
            assert list_runs(tmp_path / "treadle" / "runs").broken == ()
        assert [runner.wait(SECONDS) for runner in runners] == [0, 0]
    finally:
        for runner in runners:
            runner.kill()
            runner.communicate(timeout=SECONDS)
    found = list_runs(tmp_path / "treadle" / "runs")
    assert (len(found.readable), found.broken) == (2 * RUNS, ())
    for run in found.readable:
        assert (run.state, run.counts) == ("succeeded", {"succeeded": 2})
        with RunReader(run.path) as reader:
            assert [task.id for task in reader.tasks()] == ["first", "second"]
    # Of a journal that is read when it ends, SQLite keeps these two until it is read again.
    known = {f"{run.path.name}{suffix}" for run in found.readable for suffix in ("", "-wal", "-shm")}
    left = {entry.name for entry in (tmp_path / "treadle" / "runs").iterdir()} - known
    assert left == set()
