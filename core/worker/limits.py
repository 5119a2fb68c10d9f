"""How many threads numeric libraries may use: as many as the cores that the call was given."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT_THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS",
)  # fmt: skip
"""What numeric libraries read when they are loaded. A call that was given one core must not use one thread per core."""

_POOLS = re.compile(rb"blas|libomp|libgomp|libiomp|mkl_rt|blis", re.IGNORECASE)


class ThreadLimits:
    """The limit that holds now, for libraries that are loaded and, by the environment, for those still to come.

    ``set_variable`` changes the environment of this and all later calls.
    """

    def __init__(self, set_variable: Callable[[str, str], None]) -> None:
        self._set_variable = set_variable
        value = os.environ.get(LIMIT_THREADS[0], "")
        self._limit = int(value) if value.isdecimal() else 0
        self._modules = -1
        self._pools = False

    def allow(self, cores: int) -> None:
        """Let numeric libraries use so many threads; at least one."""
        if cores != self._limit:
            self._change(max(1, cores))

    def _change(self, cores: int) -> None:
        if cores == self._limit:
            return
        self._set_variables(cores)
        # A library that is loaded from now on reads the variables, those that are here must be told.
        if self._has_pools():
            self._tell_pools(cores)

    def share(self, cores: int, own: int) -> None:
        """Let numeric libraries use so many threads where several calls run, and ``own`` for the calling thread alone.

        BLAS has one limit for the whole process, OpenMP one for each thread that calls it.
        """
        if cores != self._limit:
            self._set_variables(cores)
        if self._has_pools():
            self._tell_pools({"blas": cores, "openmp": own})

    def _set_variables(self, cores: int) -> None:
        for name in LIMIT_THREADS:
            self._set_variable(name, str(cores))
        self._limit = cores

    def _tell_pools(self, cores: int | dict[str, int]) -> None:
        # Where it is not installed (on an engine, say), the environment alone has to do.
        with contextlib.suppress(ImportError):
            import threadpoolctl  # type: ignore[import-untyped]

            # From 3.8 on it heeds for OpenBLAS only the thread that came first, as long as that lives.
            open_blas = getattr(threadpoolctl, "OpenBLASController", None)
            free = getattr(open_blas, "clear_controlling_thread", lambda **_options: None)
            free(force=True)
            threadpoolctl.threadpool_limits(cores)
            free()

    def lift(self, cores: int) -> None:
        """Let the libraries that are loaded use so many threads again, whatever the environment says."""
        if self._has_pools():
            self._tell_pools(cores)
        self._limit = 0

    def _has_pools(self) -> bool:
        if not self._pools and len(sys.modules) != self._modules:
            self._modules = len(sys.modules)
            try:
                self._pools = _POOLS.search(Path("/proc/self/maps").read_bytes()) is not None
            except OSError:
                self._pools = True
        return self._pools
