"""`treadle check`: says what is wrong with a file, and whether its modules are still what it describes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ...core.errors import TreadleError
from .opening import opened
from .text import counted, one_line

if TYPE_CHECKING:
    from argparse import Namespace

    from ...core.modules import Module, Port
    from ...core.pipeline import Pipeline

IMPORT_SECONDS = 60.0


def check_command(options: Namespace) -> int:
    """Print each problem on a line; 0 if the pipeline can run, 3 if not."""
    pipeline = opened(options.file)
    problems = pipeline.check()
    lines = [str(problem) for problem in problems]
    broken = any(problem.severity == "error" for problem in problems)
    if options.imports and not broken:
        differing = compare_with_imports(pipeline)
        lines += differing
        broken = bool(differing)
    for line in lines:
        sys.stdout.write(f"{one_line(line)}\n")
    if not broken:
        count = sum(len(body.nodes) for _, body in pipeline.walk())
        sys.stdout.write(f"{one_line(options.file)}: {counted(count, 'node')}, ready to run\n")
    return 3 if broken else 0


def compare_with_imports(pipeline: Pipeline) -> list[str]:
    """Import the modules in a process of their own and return how they differ from what the file says."""
    from ...core.registry.describer import Describer
    from ..search import search_path

    paths = sorted({module.path for module in pipeline.modules.values() if module.path})
    # As in a run: what is installed first, then what lies beside the file.
    with Describer([*sys.path, *map(str, search_path(pipeline))]) as describer:
        found = describer.describe(paths, deadline=IMPORT_SECONDS)
    lines = []
    for key, module in pipeline.modules.items():
        real = found.get(module.path)
        if isinstance(real, TreadleError):
            lines.append(f"error: modules.{key}: {real}")
        elif real is not None:
            lines += [f"error: modules.{key}: {text}" for text in differences(module, real)]
    return lines


def differences(said: Module, real: Module) -> list[str]:
    """Return how the ports in a file differ from those of the function, one sentence each."""
    lines = []
    for side in ("inputs", "outputs"):
        ours = {port.name: port for port in getattr(said, side)}
        theirs = {port.name: port for port in getattr(real, side)}
        what = side[:-1]
        lines += [f"the function no longer has the {what} {name!r}" for name in ours if name not in theirs]
        for name, port in theirs.items():
            lines += _port_differences(what, ours.get(name), port)
    return lines


def _port_differences(what: str, ours: Port | None, theirs: Port) -> list[str]:
    if ours is None:
        needed = what == "input" and not theirs.optional
        return [f"the function has a new {what} {theirs.name!r}"] if needed or what == "output" else []
    if ours.type != theirs.type:
        return [f"the {what} {theirs.name!r} is now {theirs.type}, and the file says {ours.type}"]
    if ours.passing != theirs.passing:
        return [f"the {what} {theirs.name!r} is now passed as {theirs.passing}"]
    return []
