"""Keeps the values that a run was handed, also when another one evicts them: each has a second name until the end."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from ..owned_folder import OwnedFolder
from .entries import NotInCacheError

if TYPE_CHECKING:
    from pathlib import Path

PREFIX = "held-"


class Held:
    """The values that are in use of a cache in ``folder``; for use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._own: OwnedFolder | None = None
        self._ended = False

    def hold(self, value: Path) -> Path:
        """Return a name of the value's file that stays until ``close``; NotInCacheError if it is gone already.

        Where there can be no second name (a disk that is only read), that is the file itself.
        """
        with self._lock:
            try:
                if self._own is None and not self._ended:
                    self._own = OwnedFolder(PREFIX, self._folder)
            except OSError:
                self._ended = True
            own = self._own
        if own is None:
            return value
        held = own.path / value.name
        try:
            os.link(value, held, follow_symlinks=False)
        except FileExistsError:
            return held
        except FileNotFoundError:
            raise NotInCacheError(f"{value.name} was evicted") from None
        except OSError:
            return value
        return held

    def close(self) -> None:
        """Let go of all. May be called twice."""
        with self._lock:
            self._ended = True
            own, self._own = self._own, None
        if own is not None:
            own.remove()
