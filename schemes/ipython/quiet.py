"""Keeps what ipyparallel says out of the terminal: it goes to a log of ours."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ...core.errors import ClusterError
from ...core.places import user_state

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 1 << 20
_LOUD = ("ipyparallel", "tornado", "asyncio")


def clusters_folder() -> Path:
    """Return the folder of what Treadle keeps about clusters; only the user can look into it.

    ClusterError if it cannot be made.
    """
    folder = place_of_clusters()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ClusterError(f"the folder cannot be made: {error.strerror}", where=str(folder)) from None
    return folder


def place_of_clusters() -> Path:
    """Return where that folder is, or would be."""
    return user_state() / "clusters"


class LibraryLog(logging.Handler):
    """Writes records to a file in the user's folder, which is opened only for as long as that takes."""

    def emit(self, record: logging.LogRecord) -> None:
        """Append one record; a disk that is full costs the record only."""
        try:
            path = clusters_folder() / "library.log"
            if path.exists() and path.stat().st_size > LARGEST:
                path.replace(path.with_suffix(".old.log"))
            with path.open("a", encoding="utf-8") as file:
                file.write(self.format(record) + "\n")
        except (OSError, ClusterError):
            return


def library_log() -> logging.Logger:
    """Return the logger that is given to ipyparallel, and have all its loggers write to our file."""
    ours = logging.getLogger("ipyparallel.treadle")
    for logger in (ours, *map(logging.getLogger, _LOUD)):
        if not any(isinstance(handler, LibraryLog) for handler in logger.handlers):
            handler = LibraryLog(logging.INFO)
            handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(name)s %(levelname)s %(message)s"))
            logger.addHandler(handler)
    ours.setLevel(logging.INFO)
    # What it says is of no use to a program that shows all logs: it goes to our file alone.
    ours.propagate = False
    return ours
