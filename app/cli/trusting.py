"""`treadle trust`, and asking before a file's own code is run."""

from __future__ import annotations

import sys
from argparse import Namespace

from ...core.errors import RefusedError
from ...core.pipeline import Pipeline
from ...core.trust import TrustStore, code_nodes

SHOWN = 20


def trust_command(options: Namespace) -> int:
    """Remember that this file, as it is now, may run the code it holds."""
    pipeline = Pipeline.load(options.file)
    TrustStore().trust(pipeline)
    found = code_nodes(pipeline)
    sys.stdout.write(f"{options.file} is trusted on this machine, until it is changed.\n")
    if found:
        sys.stdout.write(f"It may run:\n{_listed(found)}\n")
    return 0


def refuse_untrusted(pipeline: Pipeline, file: str) -> None:
    """Raise RefusedError if the file holds code that nobody here has trusted; in a terminal, ask once."""
    found = code_nodes(pipeline)
    if not found or TrustStore().is_trusted(pipeline):
        return
    if sys.stdin.isatty() and sys.stderr.isatty() and _agreed(found, file):
        TrustStore().trust(pipeline)
        return
    raise RefusedError(
        f"it can run code, and was neither made nor trusted on this machine:\n{_listed(found)}\n",
        where=file,
        remedy=f"Read it; then `treadle trust {file}`, or add --trust for this run",
    )


def _agreed(found: list[tuple[str, str]], file: str) -> bool:
    sys.stderr.write(f"{file} was neither made nor trusted on this machine, and can run code:\n{_listed(found)}\n")
    sys.stderr.write("Trust it? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _listed(found: list[tuple[str, str]]) -> str:
    lines = [f"  {_printable(place)}: {_printable(what)}" for place, what in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"  … and {len(found) - SHOWN} more")
    return "\n".join(lines)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:200]
