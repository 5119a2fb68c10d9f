"""A plug-in of coverage: workers are killed when they are done, and their part of the measurement shall not be lost."""

from __future__ import annotations

import contextlib
import os
import threading
import time

import coverage

SECONDS = 0.05
_started = os.getpid()


class _Saver(threading.Thread):
    """Writes down, again and again until the process ends, what has been measured in it so far."""

    def __init__(self) -> None:
        super().__init__(name="coverage-saver", daemon=True)

    def run(self) -> None:
        while True:
            time.sleep(SECONDS)
            if (measuring := coverage.Coverage.current()) is not None:
                # Code that runs meanwhile may change what is being written: the next time is good enough.
                with contextlib.suppress(Exception):
                    measuring.save()


def coverage_init(_plugins: object, _options: dict[str, str]) -> None:
    # Workers are forks. Who forks them must have no thread that may hold a lock just then.
    if os.getpid() != _started:
        _Saver().start()
