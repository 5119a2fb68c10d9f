"""`treadle cluster engines` and `treadle cluster exec`: acts on engines, and shows what each of them says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from .cluster_choice import attached, print_json
from .cluster_show import show_engines
from .text import counted, harmless, one_line, styled

if TYPE_CHECKING:
    from argparse import Namespace

    from ...schemes.ipython.cluster import Cluster
    from ...schemes.ipython.statements import Outcome

_DONE = {"interrupt": "interrupted", "restart": "restarted", "stop": "stopped", "kill": "killed"}


def engines_command(options: Namespace) -> int:
    """List the engines, or do something to them."""
    cluster = attached(options)
    try:
        if options.deed is None:
            from ...schemes.ipython.information import Inquiry

            show_engines(Inquiry(cluster).look())
        elif options.deed == "add":
            _add(cluster, options)
        else:
            _act(cluster, options)
    finally:
        cluster.close()
    return 0


def _add(cluster: Cluster, options: Namespace) -> None:
    uuids = cluster.add_engines(options.count, logs=Path(options.logdir) if options.logdir else None)
    cluster.leave()
    numbers = sorted(number for number, uuid in cluster.uuids().items() if uuid in uuids)
    shown = ", ".join(map(str, numbers))
    sys.stdout.write(f"{counted(len(uuids), 'engine')} added to {one_line(str(cluster.address))}: {shown}\n")


def _act(cluster: Cluster, options: Namespace) -> None:
    numbers = sorted(cluster.uuids()) if None in options.engines else options.engines
    tasks: dict[int, str] = {}
    match options.deed:
        case "interrupt":
            tasks = cluster.interrupt(numbers)
        case "restart":
            cluster.restart_engines(numbers)
            cluster.leave()
        case "stop":
            cluster.stop_engines(numbers)
        case _:
            cluster.kill_engines(numbers)
    sys.stdout.write(f"{counted(len(numbers), 'engine')} {_DONE[options.deed]}\n")
    for number, task in sorted(tasks.items()):
        sys.stdout.write(f"  engine {number}: the task {one_line(task)} of a run, which fails by that\n")


def exec_command(options: Namespace) -> int:
    """Run a statement on the chosen engines and show what each said; exit code 1 if it failed on one."""
    from ...schemes.ipython.information import Inquiry
    from ...schemes.ipython.statements import chosen_engines, execute

    cluster = attached(options)
    try:
        where = Inquiry(cluster).hosts() if options.hosts else {}
        engines = chosen_engines(cluster, options.engines, options.hosts, where)
        outcomes = execute(cluster, options.statement, engines, options.timeout)
    finally:
        cluster.close()
    if options.json:
        print_json(msgspec.to_builtins(outcomes))
    else:
        for outcome in outcomes:
            _show(outcome)
    return 1 if any(outcome.error for outcome in outcomes) else 0


def _show(outcome: Outcome) -> None:
    mark = styled("✗", "red") if outcome.error else styled("✓", "green")
    value = f" {harmless(outcome.value)}" if outcome.value else ""
    sys.stdout.write(f"{mark} engine {outcome.engine}{value}\n")
    for text in (outcome.output, outcome.errors, outcome.traceback or outcome.error):
        for line in harmless(text).splitlines():
            sys.stdout.write(f"    {line}\n")
