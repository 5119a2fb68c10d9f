"""Tells how many cores the calls take that are told as stopped, and that go on nevertheless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.scheme import Occupied

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...core.scheme import Report
    from .hosted import Hosted


class Occupancy:
    """Reports what the hosts of a scheme have given to such calls, when that has changed."""

    def __init__(self, name: str, hosts: Mapping[int, Hosted], report: Callable[[Report], None]) -> None:
        self._name, self._hosts, self._report = name, hosts, report
        self._told = 0

    def tell(self) -> None:
        """Look how it is; a host that is being killed has its cores until it is gone."""
        cores = sum(_occupied(host) for host in self._hosts.values() if host.stops)
        if cores != self._told:
            self._told = cores
            self._report(Occupied(self._name, cores))


def _occupied(host: Hosted) -> int:
    return sum(job.cores for job in host.running() if not job.wanted)
