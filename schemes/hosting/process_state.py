"""What the system and Python hold for this process as a whole, and its restoring after a task that changed it."""

from __future__ import annotations

import gc
import logging
import os
import resource
import signal
import sys
import warnings
from resource import getrlimit

_LIMITS = (
    resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CPU, resource.RLIMIT_DATA,
    resource.RLIMIT_STACK, resource.RLIMIT_NPROC, resource.RLIMIT_CORE,
)  # fmt: skip
_LOGS = logging.root.manager


class ProcessState:
    """Limits, niceness, signal mask, trace functions, warnings, garbage collection and logging as at the start.

    What was changed for good, since this process may not change it back, is left, and from then on it is ``spoilt``.
    """

    def __init__(self) -> None:
        self.spoilt = False
        self._limits = list(map(getrlimit, _LIMITS))
        self._niceness = os.getpriority(os.PRIO_PROCESS, 0)
        self._blocked = _blocked()
        self._trace, self._profile = sys.gettrace(), sys.getprofile()
        self._collects = gc.isenabled()
        self._disabled = _LOGS.disable
        self._filters = list(warnings.filters)
        self._modules = len(sys.modules)

    def restore(self) -> None:
        """Undo what a task changed. Costs a few microseconds where it changed nothing."""
        if sys.gettrace() is not self._trace:
            sys.settrace(self._trace)
        if sys.getprofile() is not self._profile:
            sys.setprofile(self._profile)
        if list(map(getrlimit, _LIMITS)) != self._limits:
            self._restore_limits()
        if _blocked() != self._blocked:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._blocked)
        if os.getpriority(os.PRIO_PROCESS, 0) != self._niceness:
            self._restore_niceness()
        if gc.isenabled() is not self._collects:
            (gc.enable if self._collects else gc.disable)()
        if warnings.filters != self._filters:
            self._restore_filters()
        if _LOGS.disable != self._disabled:
            logging.disable(self._disabled)
        self._modules = len(sys.modules)

    def _restore_limits(self) -> None:
        for place, number in enumerate(_LIMITS):
            try:
                resource.setrlimit(number, self._limits[place])
            except (OSError, ValueError):
                self.spoilt = True
                self._limits[place] = _raised(number)

    def _restore_niceness(self) -> None:
        try:
            os.setpriority(os.PRIO_PROCESS, 0, self._niceness)
        except OSError:
            self.spoilt = True
            self._niceness = os.getpriority(os.PRIO_PROCESS, 0)

    def _restore_filters(self) -> None:
        """Take away the filters of a task. Those of a module that it imported first stay: they would not come again."""
        added = [one for one in warnings.filters if one not in self._filters]
        if len(sys.modules) == self._modules:
            added = []
        # No module makes errors of warnings, or says what becomes of all there are, for whoever imports it.
        self._filters[:0] = [one for one in added if one[0] != "error" and one[2] is not Warning]
        # This tells the interpreter that there are others.
        warnings.resetwarnings()
        warnings.filters = list(self._filters)


def _blocked() -> set[int]:
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, ()))


def _raised(number: int) -> tuple[int, int]:
    """Raise a limit as far as this process still may; return it."""
    _, hard = getrlimit(number)
    resource.setrlimit(number, (hard, hard))
    return getrlimit(number)
