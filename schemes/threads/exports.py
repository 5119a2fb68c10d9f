"""Values that were asked of their hosts, and who wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.worker.failures import Cause
from . import messages as m

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...core.worker.call import ValueId
    from ...core.worker.handing import Handed
    from .hosted import Hosted
    from .values import HostValues

    Then = Callable[[Handed | Cause], None]


class Exports:
    """Gets values from the hosts where they live; each is asked for once, however many want it."""

    def __init__(self, values: HostValues, hosts: Mapping[int, Hosted]) -> None:
        self._values, self._hosts = values, hosts
        self._wanted: dict[ValueId, tuple[int, list[Then]]] = {}
        self._asked: dict[int, list[ValueId]] = {}

    def want(self, value: ValueId, then: Then) -> None:
        """Call ``then`` once it is known how a value can be read, or why it cannot; at once, if that is known."""
        try:
            handed: Handed | Cause | None = self._values.handed(value)
        except KeyError:
            handed = gone(value)
        except OSError as error:
            handed = Cause("exception", f"there is no room for the output {value[1]!r} of {value[0]}: {error}")
        if handed is not None:
            then(handed)
        elif value in self._wanted:
            self._wanted[value][1].append(then)
        else:
            home = self._values.home(value[0])
            self._wanted[value] = home, [then]
            self._asked.setdefault(home, []).append(value)

    def flush(self) -> None:
        """Ask the hosts for what is wanted of them."""
        while self._asked:
            home, values = self._asked.popitem()
            if home in self._hosts:
                self._hosts[home].tell_of(m.EXPORT, values)

    def came(self, value: ValueId, handed: Handed | Cause) -> None:
        """Take note of what a host told of a value."""
        if not isinstance(handed, Cause):
            handed = self._values.add(value, handed) or gone(value)
        _, wanted = self._wanted.pop(value, (0, []))
        for then in wanted:
            then(handed)

    def lose(self, host: int) -> None:
        """Take note that a host is gone, and with it what it was asked for."""
        self._asked.pop(host, None)
        for value in [value for value, (home, _) in self._wanted.items() if home == host]:
            _, wanted = self._wanted.pop(value)
            for then in wanted:
                then(gone(value))


def gone(value: ValueId) -> Cause:
    """Return the cause why a value cannot be had."""
    return Cause("lost contact", f"the output {value[1]!r} of {value[0]} is gone with the thread host that had it")
