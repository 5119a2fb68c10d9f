"""What calls start ends with them, though they share a process with others, and is named."""

from __future__ import annotations

from endings import gone


def named(lines: list[str]) -> int:
    """Return how many of the lines name a process that was ended: its command, or what it was about to become."""
    return sum(line.startswith("ended a process that the task left: ") for line in lines)


def test_a_process_that_a_call_leaves_is_ended_with_it_and_named_and_those_of_others_live(rig, words, gate):
    rig.start("child_and_wait", "other", gate=gate.path, file=words.path)
    others = int(words.word())
    rig.ended(rig.start("leave_child", "task", file=words.path))

    assert gone(int(words.word()))
    assert named(rig.lines_of("task")) == 1
    assert not gone(others, 0.0)
    gate.open(1)
    assert rig.value("other") is None
    assert gone(others)
    assert named(rig.lines_of("other")) == 1


def test_what_the_process_that_a_call_leaves_has_started_is_ended_too(rig, words, gate):
    rig.start("wait_at", "other", gate=gate.path, file=words.path, word="other")
    words.word()
    rig.ended(rig.start("leave_family", "task", file=words.path))

    assert all(gone(int(words.word())) for _ in range(2))
    assert named(rig.lines_of("task")) == 2
    gate.open(1)


def test_a_daemon_is_ended_when_no_call_runs_and_is_named(rig, words, gate):
    rig.start("wait_at", "other", gate=gate.path, file=words.path, word="other")
    words.word()
    rig.ended(rig.start("daemon", "task", file=words.path))
    daemon = int(words.word())

    # It could be of either.
    assert not gone(daemon, 0.0)
    gate.open(1)
    rig.value("other")
    assert gone(daemon)
    assert named(rig.lines_of("other")) == 1


def test_a_daemon_is_ended_with_its_task_if_no_other_runs(rig, words):
    rig.ended(rig.start("daemon", "task", file=words.path))

    assert gone(int(words.word()))
    assert named(rig.lines_of("task")) == 1


def test_the_processes_of_a_call_that_was_stopped_end_while_others_go_on(rig, words, gate):
    rig.start("child_and_wait", "other", gate=gate.path, file=words.path)
    others = int(words.word())
    rig.start("wait_for_child", "task", file=words.path)
    children = [int(words.word()), int(words.word())]
    host = rig.host

    rig.scheme.stop(["task"])

    assert all(gone(child, 2.5) for child in children)
    assert words.word() == "-9"
    assert not gone(others, 0.0)
    gate.open(1)
    assert rig.value("other") is None
    assert rig.run("own_pid") == host
