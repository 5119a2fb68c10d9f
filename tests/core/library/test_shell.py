from __future__ import annotations

import os
import select
import signal
import sys

import pytest

from treadle.core.library import shell
from treadle.core.worker.declare import declaration_of


def python(code, *arguments):
    return [sys.executable, "-c", code, *arguments]


@pytest.fixture
def life(tmp_path):
    """A pipe with a name, which reads as ended when all that opened it are dead."""
    os.mkfifo(tmp_path / "life")
    descriptor = os.open(tmp_path / "life", os.O_RDONLY | os.O_NONBLOCK)

    def said_before_its_end():
        said = b""
        while select.select([descriptor], [], [], 30)[0]:
            part = os.read(descriptor, 100)
            if not part:
                return said.decode()
            said += part
        return pytest.fail("what was started is still alive")

    said_before_its_end.path = tmp_path / "life"
    yield said_before_its_end
    os.close(descriptor)


def test_both_say_that_they_run_code_and_are_not_cached():
    for function in (shell.command, shell.shell_line):
        declared = declaration_of(function)
        assert declared.runs_code
        assert not declared.cache
        assert not declared.schemes.threads


def test_a_program_runs_with_its_input_variables_and_arguments():
    code = "import os,sys; print(sys.stdin.read(), os.environ['A'], sys.argv[1]); print('e', file=sys.stderr)"
    found = shell.command(python(code, "$(id); *"), "in", {"A": "1"})
    assert found == ("in 1 $(id); *\n", "e\n", 0, [])


def test_a_program_runs_in_its_private_folder_and_hands_files_over(task):
    code = "import pathlib; [pathlib.Path(n).write_text(n) for n in ('b.txt', 'a.txt', 'c.bin')]"
    found = shell.command(python(code), output_files=["*.txt", "c.bin", "a.txt"])
    assert [path.name for path in found.files] == ["a.txt", "b.txt", "c.bin"]
    assert {path.parent for path in found.files} == {task.scratch()}


def test_a_file_that_was_not_made_is_named_with_what_was(task):
    with pytest.raises(FileNotFoundError, match=r"no file 'b\.txt'; its folder holds a\.txt"):
        shell.shell_line("touch a.txt", output_files=["b.txt"])


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/../../b", ""])
def test_files_outside_the_private_folder_are_refused(name):
    with pytest.raises(ValueError, match="leaves the private folder"):
        shell.command(["true"], output_files=[name])


def test_a_link_out_of_the_private_folder_is_refused():
    with pytest.raises(ValueError, match="link that leaves"):
        shell.shell_line("ln -s /etc/passwd a", output_files=["a"])


def test_a_failure_repeats_the_end_of_what_was_said():
    with pytest.raises(RuntimeError, match=r"(?s)exit code 3:\n.*the reason$"):
        shell.shell_line("echo first >&2; echo the reason >&2; exit 3")
    with pytest.raises(RuntimeError, match="exit code 1 and said nothing"):
        shell.command(["false"])
    with pytest.raises(RuntimeError, match="was killed by SIGTERM"):
        shell.shell_line("kill -TERM $$")


def test_a_failure_may_be_wanted():
    assert shell.shell_line("echo x; exit 3", check=False) == ("x\n", "", 3, [])


def test_a_program_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match="no program 'no-such-program-here'"):
        shell.command(["no-such-program-here"])
    with pytest.raises(PermissionError, match="may not be run"):
        shell.command(["/etc/passwd"])


def test_nothing_to_run_is_refused():
    with pytest.raises(ValueError, match="no program to run"):
        shell.command([])
    with pytest.raises(ValueError, match="line is empty"):
        shell.shell_line(" ")


def test_a_timeout_kills_the_program_with_all_that_it_started(life):
    line = 'exec > "$LIFE"; echo parent; (echo child; exec sleep 300) & wait'
    with pytest.raises(TimeoutError, match=r"/bin/sh did not end within 0\.5 s and was killed"):
        shell.shell_line(line, environment={"LIFE": str(life.path)}, timeout=0.5)
    assert life() == "parent\nchild\n"


def test_an_interruption_kills_the_program_too(life):
    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    # Not at once: while subprocess is still starting a program, an interruption loses track of it.
    line = f'exec > "$LIFE"; echo parent; sleep 0.3; kill -USR1 {os.getpid()}; sleep 300'
    try:
        with pytest.raises(KeyboardInterrupt):
            shell.shell_line(line, environment={"LIFE": str(life.path)})
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert life() == "parent\n"
