"""Modules that run other programs, in a private folder and with everything they start."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path, PurePosixPath
from typing import Annotated, NamedTuple

from ..worker import Range, Unit, module, scratch

TAIL = 2000
"""How many characters of what a program said last an error repeats."""


class Finished(NamedTuple):
    """What a program wrote, how it ended, and the files that it left."""

    stdout: str
    stderr: str
    exit_code: int
    files: list[Path]


@module(title="Command", category="Shell", cache=False, runs_code=True)
def command(
    arguments: list[str],
    stdin: str = "",
    environment: dict[str, str] = {},  # noqa: B006 - never changed
    output_files: list[str] = [],  # noqa: B006 - never changed
    timeout: Annotated[float | None, Range(0.0, None), Unit("s")] = None,
    *,
    check: bool = True,
) -> Finished:
    """Run a program with arguments, without a shell, in a private folder.

    Args:
        arguments: the program and its arguments, one by one; nothing in them is special.
        stdin: what the program reads from its standard input.
        environment: variables to set for the program, besides those there are.
        output_files: files that the program makes in its folder, as names or patterns such as ``*.png``.
        timeout: after how long the program, and all that it started, is killed; empty means never.
        check: whether an exit code other than 0 is an error.
    """
    if not arguments:
        raise ValueError("there is no program to run: the list of arguments is empty")
    for pattern in output_files:
        _refuse_outside(pattern)
    folder = scratch()
    finished = _run([str(part) for part in arguments], stdin, environment, timeout, folder)
    if check and finished.exit_code != 0:
        raise RuntimeError(_failure(arguments[0], finished))
    return finished._replace(files=_made(folder, output_files))


@module(title="Shell line", category="Shell", cache=False, runs_code=True)
def shell_line(
    line: str,
    stdin: str = "",
    environment: dict[str, str] = {},  # noqa: B006 - never changed
    output_files: list[str] = [],  # noqa: B006 - never changed
    timeout: Annotated[float | None, Range(0.0, None), Unit("s")] = None,
    *,
    check: bool = True,
) -> Finished:
    """Run a line of ``/bin/sh``, pipes and all, in a private folder.

    Values belong into ``environment``, where the line finds them as ``"$NAME"``; pasted into the line, their
    spaces and quotes would be taken for code.

    Args:
        line: the line to run.
        stdin: what it reads from its standard input.
        environment: variables to set for it, besides those there are.
        output_files: files that it makes in its folder, as names or patterns such as ``*.png``.
        timeout: after how long it, and all that it started, is killed; empty means never.
        check: whether an exit code other than 0 is an error.
    """
    if not line.strip():
        raise ValueError("the line is empty: there is nothing to run")
    return command(["/bin/sh", "-c", line], stdin, environment, output_files, timeout, check=check)


def _run(
    arguments: list[str], stdin: str, environment: dict[str, str], timeout: float | None, folder: Path
) -> Finished:
    """Run a program in its own process group, which is killed if anything goes wrong meanwhile."""
    try:
        process = subprocess.Popen(  # noqa: S603 - running what the person wrote is what this module is for
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=os.environ | environment,
            encoding="utf-8",
            errors="replace",
            process_group=0,
        )
    except FileNotFoundError:
        told = f"there is no program {arguments[0]!r} here: install it, or give its full path"
        raise FileNotFoundError(told) from None
    except PermissionError:
        raise PermissionError(f"{arguments[0]!r} may not be run: is it executable?") from None
    with process:
        try:
            stdout, stderr = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired:
            _kill(process)
            told = f"{arguments[0]} did not end within {timeout:g} s and was killed"
            raise TimeoutError(told) from None
        except BaseException:  # the person cancelled, or the worker is asked to end
            _kill(process)
            raise
    return Finished(stdout, stderr, process.returncode, [])


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill a program with all that it started, and let go of its pipes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()


def _failure(program: str, finished: Finished) -> str:
    """Say how a program failed, with the end of what it said."""
    code = finished.exit_code
    how = f"ended with exit code {code}" if code > 0 else f"was killed by {signal.Signals(-code).name}"
    said = (finished.stderr.strip() or finished.stdout.strip())[-TAIL:]
    return f"{program} {how}" + (f":\n{said}" if said else " and said nothing")


def _made(folder: Path, patterns: list[str]) -> list[Path]:
    """Return the files that a program left, in the order asked for; an error names one that is missing."""
    found: dict[Path, None] = {}
    for pattern in patterns:
        matching = sorted(path for path in folder.glob(pattern) if path.is_file())
        if not matching:
            have = ", ".join(sorted(path.name for path in folder.iterdir())[:12]) or "nothing"
            raise FileNotFoundError(f"the program made no file {pattern!r}; its folder holds {have}")
        for path in matching:
            if not path.resolve().is_relative_to(folder.resolve()):
                told = f"the file {pattern!r} is a link that leaves the private folder: copy it there"
                raise ValueError(told)
            found[path] = None
    return list(found)


def _refuse_outside(pattern: str) -> None:
    """Raise ValueError if a pattern leads out of the private folder."""
    path = PurePosixPath(pattern)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        told = f"the output file {pattern!r} leaves the private folder: give a name inside it"
        raise ValueError(told)
