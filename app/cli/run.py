"""`treadle run`: runs a pipeline file and tells how it went."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ...core.errors import TreadleError
from ...core.run.breakpoints import breakpoints_of
from ...core.run.states import RunState
from ..detach import Herald, start_detached
from ..interrupts import INTERRUPTED, Interrupts, end_children
from ..options import Options
from ..session import Run
from .display import Lines, Quiet, Watching, summary
from .dryrun import show_plan
from .opening import opened
from .output import prepare, prepare_file, write_results
from .results import document
from .settings import set_parameters
from .text import escaped_json, harmless, one_line, unless_gone
from .trusting import refuse_untrusted

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from ...core.pipeline import Pipeline
    from ..result import RunResult

_EXIT = {
    RunState.SUCCEEDED: 0,
    RunState.SUCCEEDED_WITH_FAILURES: 0,
    RunState.FAILED: 1,
    RunState.CANCELLED: INTERRUPTED,
}
_HINT = "To keep files, arrays and whole tables, run it with --output DIR."


def run_command(options: Namespace) -> int:
    """Run a file; 0 if it went well, 1 if a task failed, 130 if it was interrupted."""
    herald = Herald.of_this_process(warn)
    pipeline = opened(options.file)
    if not options.trust and not options.dry_run:
        refuse_untrusted(pipeline, options.file)
    set_parameters(pipeline, options.set)
    for node in options.until:
        pipeline.node(node)
    if options.dry_run:
        return show_plan(pipeline, _chosen(options), reasons=options.verbose, as_json=options.json)
    if options.detach and not herald.detached:
        return _detach(options)
    with Interrupts() as interrupts, _stdout_for_us(alone=options.json) as stdout:
        return _run(pipeline, options, interrupts, stdout, herald)


def _detach(options: Namespace) -> int:
    """Start the run in a process of its own and say how to follow and to end it."""
    started = start_detached(options.arguments)
    sys.stderr.write(harmless(started.told))
    if started.run and options.json:
        sys.stdout.write(json.dumps({"run": started.run}) + "\n")
    elif started.run:
        sys.stdout.write(
            f"{started.run} runs on its own, as process {started.pid}\n"
            f"To follow it: treadle runs follow {started.run}\n"
            f"To end it:    treadle runs cancel {started.run}\n"
            f"It writes to: {one_line(str(started.log))}\n"
        )
    return started.code


def _chosen(options: Namespace) -> Options:
    return Options(
        scheme=options.scheme,
        n_procs=options.n_procs,
        memory_gb=options.memory_gb,
        on_error=options.on_error,
        order=options.order,
        retries=options.retries,
        cache=Path(options.cache) if options.cache else not options.no_cache,
        resume=options.resume,
        until=tuple(options.until),
        preference=options.prefer,
    )


def _run(pipeline: Pipeline, options: Namespace, interrupts: Interrupts, stdout: TextIO, herald: Herald) -> int:
    display = _display(options)
    if options.output:
        prepare(Path(options.output))
    if options.report:
        prepare_file(Path(options.report))
    if options.verbose and (ignored := breakpoints_of(pipeline)):
        warn(f"only the window stops at breakpoints; here these are passed over: {', '.join(ignored)}")
    interrupts.hold()
    run = Run(pipeline, _chosen(options), display.hear, herald.warn)
    interrupts.clean = lambda: _abandon(display, run)
    try:
        display.expect(run.plan.title, [node.id for node in run.plan.nodes])
        interrupts.cancels(run.executor.cancel)
        herald.begun(run)
        with display:
            result = run.execute()
        interrupts.cancel = None
        _tell(run, result, options, stdout)
        return _EXIT[run.executor.scheduler.state]
    finally:
        run.close()
        if interrupts.heard:
            end_children()


def _abandon(display: Watching, run: Run) -> None:
    """Let go of all that would outlast the process."""
    display.__exit__(None, None, None)
    run.keeping.recording.close(1.0)
    shutil.rmtree(run.folder, ignore_errors=True)


def warn(text: str) -> None:
    """Tell of something that is lost but does not stop the run."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"treadle: {one_line(text)}\n")


def _display(options: Namespace) -> Watching:
    if options.json or not (options.verbose or sys.stderr.isatty()):
        return Quiet()
    if options.verbose:
        return Lines()
    from .bars import Bars

    return Bars()


def _tell(run: Run, result: RunResult, options: Namespace, stdout: TextIO) -> None:
    found = document(run, result)
    with unless_gone(stdout):
        if options.json:
            stdout.write(_json(found, stdout) + "\n")
        else:
            summary(result, found, "" if options.output else _HINT)
    kept, failed = _kept(run, result, options, found)
    if kept and not options.json:
        with unless_gone(stdout):
            stdout.write("".join(["\n", *kept]))
    for error in failed[:-1]:
        warn(str(error))
    if failed:
        raise failed[-1]


def _kept(
    run: Run, result: RunResult, options: Namespace, found: dict[str, object]
) -> tuple[list[str], list[TreadleError]]:
    """Write what was asked for besides; return what to tell of that, and what went wrong: one keeps no other back."""

    def report() -> str:
        result.report(options.report)
        return f"Report: {one_line(options.report)}\n"

    def output() -> str:
        written = write_results(run, result, Path(options.output), found)
        return f"Written to {one_line(options.output)}: {one_line(', '.join(written))}\n"

    kept: list[str] = []
    failed: list[TreadleError] = []
    for wanted, write in ((options.report, report), (options.output, output)):
        try:
            kept += [write()] if wanted else []
        except TreadleError as error:
            # The command was understood; it is the disk that refused.
            failed.append(TreadleError(error.message, where=error.where, remedy=error.remedy))
    return kept, failed


def _json(found: dict[str, object], stdout: TextIO) -> str:
    """Return the document as text that the stream can carry, and no terminal obeys."""
    if not stdout.isatty():
        text = json.dumps(found, ensure_ascii=False, allow_nan=False)
        with contextlib.suppress(UnicodeEncodeError):
            text.encode(stdout.encoding)
            return text
    return escaped_json(found, allow_nan=False)


@contextlib.contextmanager
def _stdout_for_us(*, alone: bool) -> Iterator[TextIO]:
    """Give standard output; if ``alone``, what modules and children print goes to standard error."""
    if not alone:
        yield sys.stdout
        return
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w", encoding=sys.stdout.encoding) as ours:
        os.dup2(2, 1)
        try:
            yield ours
        finally:
            _flush_all()
            os.dup2(ours.fileno(), 1)


def _flush_all() -> None:
    """Write out what modules printed, that of their C code too, which often keeps it to the end."""
    import ctypes

    sys.stdout.flush()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).fflush(None)
