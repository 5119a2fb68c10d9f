"""The ledger of cores and memory of one host: no more is given out than there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..planning.plan import PlanNode

_SLACK = 1e-9


class Request(Protocol):
    """What one task takes: cores, and memory in GB."""

    @property
    def n_procs(self) -> int:
        """The cores."""

    @property
    def mem_gb(self) -> float:
        """The memory in GB."""


@dataclass
class Ledger:
    """What a host has and what is in use; memory in GB."""

    n_procs: float
    mem_gb: float
    used_procs: float = 0.0
    used_gb: float = 0.0

    def fits(self, request: Request) -> bool:
        """Say whether a task with this request can start beside what runs now."""
        return (
            self.used_procs + request.n_procs <= self.n_procs + _SLACK
            and self.used_gb + request.mem_gb <= self.mem_gb + _SLACK
        )

    def take(self, request: Request) -> None:
        """Write down that a task with this request started."""
        self.used_procs += request.n_procs
        self.used_gb += request.mem_gb

    def give_back(self, request: Request) -> None:
        """Write down that a task with this request ended."""
        self.used_procs -= request.n_procs
        self.used_gb -= request.mem_gb

    def too_large(self, node: PlanNode) -> str:
        """Return why no task of this node can ever start here; empty if one can."""
        if node.n_procs > self.n_procs:
            return f"it asks for {node.n_procs} cores, and there are {self.n_procs:g}"
        if node.mem_gb > self.mem_gb:
            return f"it asks for {node.mem_gb:g} GB of memory, and there are {self.mem_gb:.1f}"
        return ""
