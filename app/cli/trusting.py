"""`treadle trust`, and asking before a file's own code is run."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from ...core.errors import RefusedError
from ...core.trust import TrustStore
from ..foreign_code import foreign_code
from ..session import refuse_invalid
from .opening import opened
from .text import clip, columns, one_line

if TYPE_CHECKING:
    from argparse import Namespace

    from ...core.pipeline import Pipeline

SHOWN = 20
SHOWN_TEXT = 200


def trust_command(options: Namespace) -> int:
    """Remember that this file, as it is now, may run the code it holds; PipelineError if it cannot run at all."""
    pipeline = opened(options.file)
    # What cannot run cannot be judged either: what it would execute is known only once it is whole.
    refuse_invalid(pipeline)
    TrustStore().trust(pipeline)
    found = foreign_code(pipeline)
    sys.stdout.write(f"{one_line(options.file)} is trusted on this machine, until it is changed.\n")
    if found:
        sys.stdout.write(f"It may run:\n{_listed(found)}\n")
    return 0


def refuse_untrusted(pipeline: Pipeline, file: str) -> None:
    """Raise RefusedError if the file holds code that nobody here has trusted; in a terminal, ask once."""
    found = [] if TrustStore().is_trusted(pipeline) else foreign_code(pipeline)
    if not found:
        return
    sys.stderr.write(f"{one_line(file)} can run code, or write files:\n{_listed(found)}\n")
    if sys.stdin.isatty() and sys.stderr.isatty() and _agreed():
        TrustStore().trust(pipeline)
        return
    raise RefusedError(
        "it can run code or write files, and was neither made nor trusted on this machine",
        where=file,
        remedy=f"Read it; then `treadle trust {shlex.quote(file)}`, or add --trust for this run",
    )


def _agreed() -> bool:
    sys.stderr.write("It was neither made nor trusted on this machine. Trust it? [y/N] ")
    sys.stderr.flush()
    answer = ""
    try:
        answer = sys.stdin.readline()
    finally:
        if not answer.endswith("\n"):
            # The end of the input, or Ctrl-C, leaves the cursor behind the question.
            sys.stderr.write("\n")
    return answer.strip().lower() in {"y", "yes"}


def _listed(found: list[tuple[str, str]]) -> str:
    shown = [(clip(one_line(place), SHOWN_TEXT), clip(one_line(what), SHOWN_TEXT)) for place, what in found[:SHOWN]]
    lines = columns(shown, indent="  ")
    if len(found) > SHOWN:
        lines.append(f"  … and {len(found) - SHOWN} more")
    return "\n".join(lines)
