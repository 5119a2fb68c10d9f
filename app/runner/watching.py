"""Tells again and again how a cluster is that somebody looks at."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from ...core import protocol as p
from ...core.background import BackgroundThread
from ...core.errors import TreadleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .tended import Tended

LEAST_SECONDS = 0.2
"""Between two looks, however often something changes."""


class Watch:
    """One cluster that is watched, in a thread of its own."""

    def __init__(self, tended: Tended, seconds: float, send: Callable[[p.Message], None]) -> None:
        self._tended, self._seconds, self._send = tended, max(seconds, LEAST_SECONDS), send
        self._wake, self._over = threading.Event(), False
        BackgroundThread(target=self._tell_on, name="treadle-watch", daemon=True).start()

    def look_soon(self) -> None:
        """Look now, or as soon as the look before is some moments ago."""
        self._wake.set()

    def end(self) -> None:
        """Tell of it no longer; a look that has begun may still be told."""
        self._over = True
        self._wake.set()

    def _tell_on(self) -> None:
        while True:
            self._wake.wait(self._seconds)
            self._wake.clear()
            if self._over:
                return
            began = time.monotonic()
            try:
                row = self._tended.row()
            except TreadleError:
                # Its folder may be gone, or another program hold the ledger: the next look may work.
                row = None
            if row is not None and not self._over:
                self._send(p.ClusterNews(cluster=row))
            time.sleep(max(0.0, LEAST_SECONDS - (time.monotonic() - began)))
