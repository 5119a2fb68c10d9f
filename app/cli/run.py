"""`treadle run`: runs a pipeline file and tells how it went."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from ...core.pipeline import Pipeline
from ...core.run.states import RunState
from ..result import RunResult
from ..session import Options, Run
from .display import Display, Lines, Quiet, summary
from .dryrun import show_plan
from .results import document, write_results
from .settings import set_parameters
from .trusting import refuse_untrusted

_EXIT = {
    RunState.SUCCEEDED: 0,
    RunState.SUCCEEDED_WITH_FAILURES: 0,
    RunState.FAILED: 1,
    RunState.CANCELLED: 130,
}


def run_command(options: Namespace) -> int:
    """Run a file; 0 if it went well, 1 if a task failed, 130 if it was interrupted."""
    pipeline = Pipeline.load(options.file)
    if not options.trust and not options.dry_run:
        refuse_untrusted(pipeline, options.file)
    set_parameters(pipeline, options.set)
    for node in options.until:
        pipeline.node(node)
    if options.dry_run:
        return show_plan(pipeline, tuple(options.until), options.scheme)
    return _run(pipeline, options)


def _run(pipeline: Pipeline, options: Namespace) -> int:
    display = Quiet() if options.json else Lines() if options.verbose else Display(pipeline.title)
    chosen = Options(
        scheme=options.scheme,
        n_procs=options.n_procs,
        memory_gb=options.memory_gb,
        on_error=options.on_error,
        order=options.order,
        until=tuple(options.until),
        keep_all=False,
    )
    run = Run(pipeline, chosen, display.hear)
    try:
        began = time.perf_counter()
        with _terminated_in_order(), _stdout_kept_clean(clean=options.json), display:
            result = run.execute()
        seconds = time.perf_counter() - began
        _tell(run, result, seconds, options)
        return _EXIT[run.executor.scheduler.state]
    finally:
        run.close()


def _tell(run: Run, result: RunResult, seconds: float, options: Namespace) -> None:
    found = document(run, result, seconds)
    if options.output:
        write_results(run, result, Path(options.output), found)
    if options.json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, allow_nan=False) + "\n")
        sys.stdout.flush()
    else:
        summary(result, found, options.output)


@contextlib.contextmanager
def _terminated_in_order() -> Iterator[None]:
    """Let SIGTERM end the run as Ctrl-C does: what runs is stopped, and the summary is still written."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _stdout_kept_clean(*, clean: bool) -> Iterator[None]:
    """Send what modules print to standard error, so that standard output holds the one document and no more."""
    if not clean:
        yield
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
