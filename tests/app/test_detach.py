"""A detached run outlives its terminal, is followed and cancelled like any other, and leaves no process."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import subprocess
import threading
from pathlib import Path

import psutil
import pytest
from detached_runs import COMMAND, SECONDS, STEPS, Rig, hear_signals
from endings import all_gone

from treadle.app.detach import VARIABLE, start_detached
from treadle.app.schemes import SCHEMES
from treadle.core.errors import TreadleError
from treadle.core.journal.listing import find_run, list_runs
from treadle.core.places import runs_folder

every_scheme = pytest.mark.parametrize("scheme", [name for name in SCHEMES if name != "ipython"])


@pytest.fixture
def rig(tmp_path, home):
    made = Rig(tmp_path)
    yield made
    made.close()


@pytest.fixture
def waiting(workspace):
    """Return a file whose second task waits at the gate."""
    pipeline, steps = workspace.pipeline(STEPS)
    first = pipeline.add(f"{steps}:quick")
    second = pipeline.add(f"{steps}:step", x=first.out)
    pipeline.add(f"{steps}:quick", x=second.out)
    return workspace.save(pipeline)


def quick(workspace, text="def step(x: int = 1) -> int:\n    return x\n", **inputs):
    return workspace.single(text, **inputs)


# Begin


def test_it_has_begun_when_the_command_returns_and_goes_on_after_it(rig, waiting):
    done = rig.treadle("run", waiting, "--detach")
    assert (done.code, done.err) == (0, "")
    run = done.out.split()[0]
    assert f"treadle runs follow {run}\n" in done.out
    assert f"treadle runs cancel {run}\n" in done.out
    assert list_runs(runs_folder()).readable[0].state == "running"
    rig.wait_for()
    rig.open_gate()
    followed = rig.treadle("runs", "follow", run)
    assert followed.code == 0
    assert "Succeeded in" in followed.out


def test_as_a_document_it_is_its_id_alone(rig, workspace):
    done = rig.treadle("run", quick(workspace), "--detach", "--json")
    assert (done.code, done.err) == (0, "")
    assert list(done.json) == ["run"]
    assert find_run(runs_folder(), done.json["run"]).exists()


def test_it_goes_on_when_its_terminal_is_closed(rig, waiting):
    pid, terminal = pty.fork()
    if not pid:
        hear_signals()
        os.environ.update(rig.environ)
        os.execv(COMMAND[0], [*COMMAND, "run", waiting, "--detach"])
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
    rig.wait_for()
    rig.open_gate()
    assert rig.treadle("runs", "follow", "last").code == 0


def test_it_has_a_session_of_its_own_and_no_terminal(rig, waiting):
    run = rig.detach(waiting)
    rig.wait_for()
    assert os.getsid(run.pid) == run.pid
    assert Path(f"/proc/{run.pid}/fd/0").readlink() == Path(os.devnull)
    assert {Path(f"/proc/{run.pid}/fd/{number}").readlink() for number in (1, 2)} == {run.log}


def test_it_inherits_no_descriptors(rig, waiting, tmp_path):
    with (tmp_path / "secret").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        run = rig.detach(waiting, close_fds=False)
    rig.wait_for()
    held = [path.readlink() for path in Path(f"/proc/{run.pid}/fd").iterdir()]
    assert tmp_path / "secret" not in held


@pytest.mark.slow
def test_its_tasks_see_the_environment_but_nothing_of_how_it_was_started(rig, workspace):
    text = "import os\n\ndef step() -> list[str]:\n    return [*os.environ, os.environ['GIVEN'], os.getcwd()]\n"
    run = rig.detach(quick(workspace, text), "--output", "out", env={"GIVEN": "as it was"}, cwd=workspace.folder)
    assert run.ended().code == 0
    document = json.loads((workspace.folder / "out" / "results.json").read_text())
    (outputs,) = document["outputs"].values()
    assert "as it was" in outputs["out"]
    assert VARIABLE not in outputs["out"]


@pytest.mark.slow
def test_with_the_serial_scheme_it_keeps_the_working_directory(rig, workspace):
    file = quick(workspace, "import os\n\ndef step() -> str:\n    return os.getcwd()\n")
    run = rig.detach(file, "-x", "serial", "--output", "out", cwd=workspace.folder)
    assert run.ended().code == 0
    assert str(workspace.folder) in (workspace.folder / "out" / "results.json").read_text()


@pytest.mark.slow
def test_options_work_as_without(rig, workspace):
    file = quick(workspace)
    report = workspace.folder / "report.html"
    run = rig.detach(file, "--set", "step.x=-5", "-x", "serial", "--report", str(report), "--order", "fifo", "-v")
    assert run.ended().code == 0
    shown = rig.treadle("runs", "show", run.id, "--json").json
    assert shown["scheme"] == "serial"
    assert report.stat().st_size > 1000
    assert "step  -5" in run.log.read_text()


def test_a_file_may_be_called_like_an_option(rig, workspace):
    path = Path(quick(workspace)).rename(workspace.folder / "--detach.treadle")
    done = rig.treadle("run", "--detach", "--trust", "--", path.name, cwd=workspace.folder)
    assert (done.code, done.err) == (0, "")


def test_a_dry_run_shows_its_plan_here(rig, workspace):
    done = rig.treadle("run", quick(workspace), "--detach", "--dry-run")
    assert "Nothing was executed" in done.out
    assert not list(runs_folder().glob("*"))


@pytest.mark.slow
@pytest.mark.parametrize("number", ["x", "0", "999", "-1"])
def test_a_variable_that_means_nothing_is_not_obeyed(rig, workspace, number):
    assert rig.detach(quick(workspace), env={VARIABLE: number}).follow().code == 0


# Refused


@pytest.mark.parametrize(
    "options",
    [
        ["--set", "other.x=1"],
        ["--until", "other"],
        ["--memory-gb", "0.001"],
        ["--output", "/proc/nowhere"],
        ["-x", "other"],
        ["--resume"],
    ],
)
def test_what_is_refused_is_refused_with_the_same_words(rig, workspace, options):
    file = quick(workspace)
    here = rig.treadle("run", file, *options)
    detached = rig.treadle("run", file, *options, "--detach")
    assert here.code > 0
    assert (detached.code, detached.err, detached.out) == (here.code, here.err, "")
    assert not list(runs_folder().glob("*.log"))


@pytest.mark.parametrize(("text", "code"), [("{", 3), ('{"treadle": 1, "nodes": {"a": {"module": "os:getcwd"}}}', 4)])
def test_a_file_that_cannot_be_run_is_refused_with_the_same_words(rig, workspace, text, code):
    file = workspace.folder / "file.treadle"
    file.write_text(text)
    here = rig.treadle("run", str(file))
    detached = rig.treadle("run", str(file), "--detach")
    assert here.code == code
    assert (detached.code, detached.err, detached.out) == (here.code, here.err, "")


def test_without_a_place_for_its_journal_it_is_refused(rig, workspace):
    file = quick(workspace)
    runs_folder().parent.mkdir(parents=True)
    runs_folder().write_text("no folder")
    done = rig.treadle("run", file, "--detach")
    assert (done.code, done.out) == (4, "")
    assert str(runs_folder()) in done.err


def test_it_is_refused_if_its_journal_cannot_be_kept(rig, workspace):
    (workspace.folder / "sitecustomize.py").write_text(
        "import treadle.core.journal.writer as writer\n\n"
        "def store(*_given):\n    raise OSError(28, 'No space left on device')\n\n"
        "writer.Store = store\n"
    )
    done = rig.treadle("run", quick(workspace), "--detach", env={"PYTHONPATH": str(workspace.folder)})
    assert (done.code, done.out) == (4, "")
    assert "No space left on device" in done.err
    assert "nobody could follow the run" in done.err


def test_it_does_not_begin_if_whoever_asked_for_it_has_gone(rig, workspace):
    ours, theirs = socket.socketpair()
    with theirs:
        ours.close()
        number = theirs.fileno()
        done = rig.treadle(
            "run", quick(workspace), "--detach", env={VARIABLE: str(number)}, pass_fds=[number], start_new_session=True
        )
    assert done.code == 4
    assert "has gone before it began" in done.err
    assert list_runs(runs_folder()).readable[0].state == "interrupted"


def test_what_does_not_begin_in_time_is_ended(workspace, home):
    before = psutil.Process().children(recursive=True)
    with pytest.raises(TreadleError, match=r"did not begin in 0 s.*without --detach"):
        start_detached(["run", quick(workspace), "--detach"], seconds=0.001)
    assert psutil.Process().children(recursive=True) == before
    assert list_runs(runs_folder()).readable == ()


def test_a_process_that_dies_before_it_begins_is_told_of(rig, workspace):
    (workspace.folder / "sitecustomize.py").write_text(
        f"import os\nif {VARIABLE!r} in os.environ:\n    os.kill(os.getpid(), 9)\n"
    )
    done = rig.treadle("run", quick(workspace), "--detach", env={"PYTHONPATH": str(workspace.folder)})
    assert (done.code, done.out) == (1, "")
    assert done.err == "treadle: the process of the run was ended by signal 9 before the run began\n"


def test_an_interrupt_while_it_begins_ends_it(rig, workspace):
    (workspace.folder / "sitecustomize.py").write_text(
        f"import os, socket\nif {VARIABLE!r} in os.environ:\n"
        "    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:\n"
        "        told.sendto(str(os.getpid()).encode(), os.environ['TOLD'])\n"
        "    open(os.environ['GATE']).read()\n"
    )
    command = subprocess.Popen(
        [*COMMAND, "run", quick(workspace), "--detach"],
        env={**os.environ, **rig.environ, "PYTHONPATH": str(workspace.folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_signals,
    )
    begins = psutil.Process(int(rig.told.recv(100)))
    command.send_signal(signal.SIGINT)
    out, err = command.communicate(timeout=SECONDS)
    assert (command.returncode, out, err) == (130, "", "treadle: interrupted\n")
    assert all_gone([begins])
    assert not list(runs_folder().glob("*"))


# End


@every_scheme
def test_it_is_cancelled_like_any_other_and_nothing_is_left_of_it(rig, waiting, temporary, scheme):
    run = rig.detach(waiting, "-x", scheme)
    rig.wait_for()
    family = run.family()
    done = rig.treadle("runs", "cancel", run.id)
    assert (done.code, done.err) == (0, "")
    assert all_gone(family)
    followed = run.follow()
    assert followed.code == 130
    assert "Cancelled in" in followed.out
    assert run.summary().counts == {"succeeded": 1, "cancelled": 2}
    assert list(temporary.iterdir()) == []


@pytest.mark.slow
@every_scheme
def test_a_termination_ends_it_in_order(rig, waiting, temporary, scheme):
    run = rig.detach(waiting, "-x", scheme)
    rig.wait_for()
    family = run.family()
    run.send(signal.SIGTERM)
    assert all_gone(family)
    assert run.summary().state == "cancelled"
    assert run.summary().counts == {"succeeded": 1, "cancelled": 2}
    assert list(temporary.iterdir()) == []
    assert "Cancelled in" in run.log.read_text()


@pytest.mark.slow
@every_scheme
def test_if_it_is_killed_no_worker_is_left_and_its_journal_says_so(rig, waiting, scheme):
    run = rig.detach(waiting, "-x", scheme)
    rig.wait_for()
    family = run.family()
    run.send(signal.SIGKILL)
    assert all_gone(family)
    followed = run.follow()
    assert followed.code == 1
    assert "Its process ended before the run did" in followed.out
    assert run.summary().state == "interrupted"


@pytest.mark.slow
def test_a_hang_up_does_not_end_it(rig, waiting):
    run = rig.detach(waiting)
    rig.wait_for()
    run.send(signal.SIGHUP)
    rig.open_gate()
    assert run.follow().code == 0


@pytest.mark.slow
def test_it_is_cancelled_while_its_module_sleeps_in_the_process_itself(rig, workspace):
    text = f"{STEPS}\ndef sleeps() -> int:\n    say('begun')\n    time.sleep(600)\n    return 1\n"
    pipeline, steps = workspace.pipeline(text)
    pipeline.add(f"{steps}:sleeps")
    run = rig.detach(workspace.save(pipeline), "-x", "serial")
    rig.wait_for()
    for _ in range(3):
        rig.treadle("runs", "cancel", run.id)
    assert run.follow().code == 130


def test_a_run_in_the_foreground_is_cancelled_in_the_same_way_and_tells_its_summary(rig, workspace):
    text = f"{STEPS}\ndef sleeps() -> int:\n    say('begun')\n    time.sleep(600)\n    return 1\n"
    pipeline, steps = workspace.pipeline(text)
    pipeline.add(f"{steps}:sleeps")
    command = subprocess.Popen(
        [*COMMAND, "run", workspace.save(pipeline), "-x", "serial"],
        env={**os.environ, **rig.environ},
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = threading.Timer(SECONDS, command.kill)
    deadline.start()
    with command, command.stdout as out:
        rig.wait_for()
        assert rig.treadle("runs", "cancel", "last").code == 0
        told = out.read()
    deadline.cancel()
    assert (command.returncode, told.splitlines()[0].split(" in ")[0]) == (130, "Cancelled")


# What is left


def test_it_can_be_followed_while_it_goes_on(rig, waiting):
    run = rig.detach(waiting)
    rig.wait_for()
    following = subprocess.Popen([*COMMAND, "runs", "follow", run.id], stdout=subprocess.PIPE, text=True)
    deadline = threading.Timer(SECONDS, following.kill)
    deadline.start()
    with following, following.stdout as out:
        assert out.readline().startswith("quick: succeeded in")
        rig.open_gate()
        lines = out.read().splitlines()
    deadline.cancel()
    assert following.returncode == 0
    assert [line.partition(" in ")[0] for line in lines] == ["step: succeeded", "quick_2: succeeded", "Succeeded"]


def test_afterwards_it_reads_like_one_of_the_terminal(rig, workspace):
    file = quick(workspace, "def step(x: int = 1) -> int:\n    print('of the step')\n    return x\n")
    assert rig.treadle("run", file, "--no-cache").code == 0
    here = rig.treadle("runs", "show", "last", "--json").json
    run = rig.detach(file, "--no-cache")
    assert run.follow().code == 0
    detached = rig.treadle("runs", "show", run.id, "--json").json
    assert detached.keys() == here.keys()
    for name in ("name", "state", "tasks", "file", "scheme", "options", "versions"):
        assert detached[name] == here[name]
    shown = [rig.treadle("runs", "show", one, "--task", "step").out for one in (run.id, here["run"])]
    assert all("of the step" in text for text in shown)


@pytest.mark.slow
def test_what_it_writes_is_kept_as_long_as_its_journal(rig, workspace):
    file = quick(workspace, "def step() -> int:\n    print('of the step')\n    return 1\n")
    run = rig.detach(file, "-x", "serial")
    assert run.ended().code == 0
    assert "of the step" in run.log.read_text()
    assert run.log.stat().st_mode & 0o777 == 0o600
    assert rig.treadle("runs", "gc", "--keep", "0").code == 0
    assert not list(runs_folder().iterdir())


@pytest.mark.slow
def test_what_a_run_wrote_whose_journal_was_deleted_goes_when_the_next_one_begins(rig, workspace):
    file = quick(workspace)
    run = rig.detach(file, "-x", "serial")
    assert run.ended().code == 0
    run.path.unlink()
    rig.detach(file, "-x", "serial").ended()
    assert not run.log.exists()
    assert len(list(runs_folder().glob("*.log"))) == 1


@pytest.mark.slow
def test_a_secret_is_neither_in_its_command_nor_in_what_it_leaves(rig, workspace):
    text = f"{STEPS}\ndef fails(token: str) -> int:\n    log(token)\n    step()\n    raise ValueError(token)\n"
    pipeline, steps = workspace.pipeline(f"from treadle import log\n{text}")
    pipeline.add(f"{steps}:fails", token="${env:TOKEN}")
    run = rig.detach(workspace.save(pipeline), "-v", env={"TOKEN": "open-sesame"})
    rig.wait_for()
    assert all("open-sesame" not in part for process in run.family() for part in process.cmdline())
    rig.open_gate()
    assert run.ended().code == 1
    left = [path for path in Path.home().rglob("*") if path.is_file()]
    assert run.log in left
    assert all(b"open-sesame" not in path.read_bytes() for path in left)
