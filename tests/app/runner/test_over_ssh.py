"""A runner on another machine, reached over ssh."""

from __future__ import annotations

import os
import shlex
import signal
import sys

import psutil
import pytest
from endings import all_gone
from needs import need
from runners import Talk
from ssh_rig import SshRig

from treadle import Pipeline
from treadle.core import protocol as p

LIMIT = 5.0


@pytest.fixture
def rig(tmp_path):
    need("ssh", "ssh", "ssh-keygen", "/usr/sbin/sshd")
    made = SshRig(tmp_path / "sshd")
    yield made
    made.close()


@pytest.fixture
def talk(rig, tmp_path):
    folders = " ".join(f"XDG_{kind}_HOME={shlex.quote(str(tmp_path / kind))}" for kind in ("STATE", "CACHE", "CONFIG"))
    made = Talk(rig.command(f"echo Welcome; env {folders} {sys.executable} -P -m treadle runner"))
    yield made
    made.client.close()


def begun(talk):
    """Begin a run that would take a minute; return the remote runner and all it started."""
    runner = psutil.Process(talk.ask(p.Hello).pid)
    pipeline = Pipeline("asleep")
    pipeline.add("treadle.core.library.shell:shell_line", id="sleep", line="sleep 60")
    talk.start(pipeline, scheme="processes")
    talk.until_task("sleep", "running")
    return [runner, *runner.children(recursive=True)]


def test_a_run_on_another_machine_is_told_of_as_one_here(talk):
    talk.ask(p.Hello)
    pipeline = Pipeline("adding")
    pipeline.add("operator:add", id="sum", a=1, b=2)
    started = talk.start(pipeline)
    assert talk.until(p.RunOver).state == "succeeded"
    assert talk.ask(p.AskTask, run=started.run, task="sum").previews["out"]["text"] == "3"


def test_a_runner_on_another_machine_ends_with_the_line(talk):
    alive = begun(talk)
    talk.client.close()
    assert all_gone(alive, LIMIT)


def test_a_runner_on_another_machine_ends_when_ssh_is_killed(talk):
    alive = begun(talk)
    os.kill(talk.client.pid, signal.SIGKILL)
    assert all_gone(alive, LIMIT)
