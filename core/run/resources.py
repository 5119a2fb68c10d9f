"""The ledger of cores and memory of one host: no more is given out than there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..planning.plan import PlanNode

_SLACK = 1e-9
LIGHT_GB = 0.25


class Request(Protocol):
    """What one task takes: cores, and memory in GB; a ``light`` one takes no more than any other light one."""

    n_procs: int
    mem_gb: float
    light: bool


class _Account:
    """One scheme: its light tasks, how many tasks it runs at a time, and whether elsewhere, once that is known.

    ``occupied`` are the cores of those that are over for the run and not for the scheme.
    """

    __slots__ = ("elsewhere", "light", "occupied", "workers")

    def __init__(self) -> None:
        self.light = self.workers = self.occupied = 0
        self.elsewhere: bool | None = None

    @property
    def running(self) -> int:
        """How many light tasks do not only wait."""
        return min(self.light, self.workers) if self.workers else self.light


class Ledger:
    """What a host has and what is in use; memory in GB.

    A scheme may be given more tasks than it has workers, so that none has to wait for its next one. Of light tasks,
    one core and LIGHT_GB at most, those beyond the number of workers only wait there, and take nothing. Those of a
    scheme whose workers are all on other hosts take nothing here either: it has ledgers of its own for them.
    """

    def __init__(self, n_procs: float, mem_gb: float) -> None:
        self.n_procs = n_procs
        self.mem_gb = mem_gb
        self.used_procs = 0.0
        self.used_gb = 0.0
        self._accounts: dict[str, _Account] = {}

    def set_workers(self, scheme: str, workers: int, *, elsewhere: bool = False) -> None:
        """Take note of how many tasks a scheme runs at a time, and at the first time whether it does so elsewhere."""
        account = self._account(scheme)
        if workers and account.elsewhere is None:
            account.elsewhere = elsewhere
        if not account.elsewhere:
            before = account.running
            account.workers = workers
            self._charge(account.running - before)

    def occupy(self, scheme: str, n_procs: int) -> None:
        """Take note of how many cores a scheme has for tasks that were given back already."""
        account = self._account(scheme)
        self.used_procs += n_procs - account.occupied
        account.occupied = n_procs

    def take(self, request: Request, scheme: str) -> bool:
        """Write down that a task with this request is given to a scheme, if it can start beside what runs now."""
        account = self._accounts.get(scheme) or self._account(scheme)
        if account.elsewhere:
            return True
        if not request.light:
            if not self._has(request.n_procs, request.mem_gb):
                return False
            self.used_procs += request.n_procs
            self.used_gb += request.mem_gb
            return True
        if account.light < account.workers or not account.workers:
            if not self._has(1, LIGHT_GB):
                return False
            self._charge(1)
        account.light += 1
        return True

    def give_back(self, request: Request, scheme: str) -> None:
        """Write down that a task with this request ended."""
        account = self._accounts[scheme]
        if account.elsewhere:
            return
        if request.light:
            if account.light <= account.workers or not account.workers:
                self._charge(-1)
            account.light -= 1
        else:
            self.used_procs -= request.n_procs
            self.used_gb -= request.mem_gb

    def _account(self, scheme: str) -> _Account:
        return self._accounts.setdefault(scheme, _Account())

    def _has(self, n_procs: float, mem_gb: float) -> bool:
        return self.used_procs + n_procs <= self.n_procs + _SLACK and self.used_gb + mem_gb <= self.mem_gb + _SLACK

    def _charge(self, tasks: int) -> None:
        self.used_procs += tasks
        self.used_gb += tasks * LIGHT_GB

    def is_light(self, node: PlanNode) -> bool:
        """Say whether the tasks of a node count as light ones; on a host that has little to give, none does."""
        return node.n_procs == 1 and node.mem_gb <= LIGHT_GB <= self.mem_gb / 8 and self.n_procs >= 1

    def too_large(self, node: PlanNode) -> str:
        """Return why no task of this node can ever start here; empty if one can."""
        if node.n_procs > self.n_procs:
            return f"it asks for {node.n_procs} cores, and there are {self.n_procs:g}"
        if node.mem_gb > self.mem_gb:
            return f"it asks for {node.mem_gb:g} GB of memory, and there are {self.mem_gb:.1f}"
        return ""
