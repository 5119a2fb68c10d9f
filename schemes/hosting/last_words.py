"""What a worker that ends by an error of its own leaves behind, so that its supervisor can tell why it ended."""

from __future__ import annotations

import contextlib
import os
import traceback
from pathlib import Path

from .child import ClosedDescriptorsError

LONGEST = 8 * 1024
"""In bytes; of a longer text the end is kept, which says most."""


def leave(folder: str, error: BaseException) -> None:
    """Write down why this process ends: a line, then the traceback if it is ours to explain. Never fails."""
    with contextlib.suppress(BaseException):
        if isinstance(error, ClosedDescriptorsError):
            _file(folder, os.getpid()).write_text(str(error))
            return
        *_, last = traceback.extract_tb(error.__traceback__)
        text = " ".join(f"{type(error).__name__}: {error}".split())
        summary = f"{text[:500]} ({last.filename}, line {last.lineno}, in {last.name})"
        whole = "".join(traceback.format_exception(error)).encode(errors="backslashreplace")
        _file(folder, os.getpid()).write_bytes(summary.encode(errors="backslashreplace") + b"\n" + whole[-LONGEST:])


def take(folder: str, pid: int) -> tuple[str, str]:
    """Return why the process ended, in a line, and its traceback; both empty if it left nothing."""
    file = _file(folder, pid)
    try:
        summary, _, whole = file.read_text("utf-8", "replace").partition("\n")
        file.unlink()
    except OSError:
        return "", ""
    return summary, whole


def _file(folder: str, pid: int) -> Path:
    return Path(folder, f"last-words-{pid}")
