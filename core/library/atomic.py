"""Writes a file so that nobody ever sees half of it."""

from __future__ import annotations

import contextlib
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary name beside ``path``; what was written there takes the place of ``path`` at the end.

    Folders that are missing are made. After an exception ``path`` is as it was, and no temporary file stays.
    """
    target = Path(path).expanduser()
    if target.is_dir():
        raise IsADirectoryError(f"cannot write the file {target}: a folder has this name. Give a file name.")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".treadle-{uuid.uuid4().hex}{target.suffix}")
    try:
        temporary.touch(exist_ok=False)
        yield temporary
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o777)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
