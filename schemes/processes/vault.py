"""Gets the values that workers keep to themselves, for whoever else needs them, and has them forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.scheme import Exported, Lost, Report
from ...core.worker.failures import Cause
from .values import Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from ...core.worker.call import ValueId
    from .member import Member
    from .values import Values


class Vault:
    """Asks workers for values and takes their answers; ``changed`` is called when one came or is lost."""

    def __init__(self, members: Mapping[int, Member], values: Values, report: Callable[[Report], None]) -> None:
        self._members, self._values, self._report = members, values, report
        self._exports: set[ValueId] = set()
        self.changed: Callable[[], None] = lambda: None

    def want(self, value: ValueId) -> str:
        """Have a value written if it is not; return why it cannot be, if that is known. KeyError if it is gone."""
        where = self._values.where(value)
        if type(where) is not Kept:
            return ""
        requests = self._members[where.worker].requests
        requests.write(where.key)
        return requests.refused.get(where.key, "")

    def export(self, value: ValueId) -> None:
        """Report how a value can be read, now or when it is written."""
        try:
            why, where = self.want(value), self._values.where(value)
        except KeyError:
            self._report(Exported(value, _gone(value)))
            return
        if why:
            self._report(Exported(value, _no_room(value, why)))
        elif isinstance(where, Kept):
            self._exports.add(value)
        else:
            self._report(Exported(value, where))

    def hear(self, member: Member) -> None:
        """Take what a worker tells of its values."""
        for _, key, handed, why in member.requests.messages():
            if handed is not None:
                value = self._values.written(member.number, key, handed)
                if value in self._exports:
                    self._exports.discard(value)
                    self._report(Exported(value, handed))
            else:
                member.requests.refused[key] = why
                value = self._values.unwritten(member.number).get(key)
                if value in self._exports:
                    self._exports.discard(value)
                    self._report(Exported(value, _no_room(value, why)))
            self.changed()

    def emptied(self, member: Member) -> bool:
        """Say whether a worker has nothing that only it has; else have it written, and ask again when told."""
        unwritten = self._values.unwritten(member.number)
        for key in unwritten:
            member.requests.write(key)
        return not unwritten

    def lose(self, worker: int) -> None:
        """Report what went with a worker."""
        lost = self._values.lose(worker)
        if lost:
            self._report(Lost(tuple(lost)))
            self._gone_are(lost)

    def forget(self, tasks: Iterable[str]) -> list[Member]:
        """Let go of the values of these tasks, here and in the workers; return those that kept some."""
        tasks = list(tasks)
        paths, keys = self._values.forget(tasks)
        if not paths and not keys:
            return []
        if keys:
            self._gone_are(tasks)
        told = []
        for member in self._members.values():
            own = keys.get(member.number, [])
            if own or (paths and member.reads_files):
                member.requests.forget(own, paths)
            if own:
                told.append(member)
        return told

    def _gone_are(self, tasks: Container[str]) -> None:
        """Answer those who wait for values of these tasks."""
        for value in [one for one in self._exports if one[0] in tasks]:
            self._exports.discard(value)
            self._report(Exported(value, _gone(value)))
        self.changed()


def _gone(value: ValueId) -> Cause:
    return Cause("lost contact", f"the output {value[1]!r} of {value[0]} is gone")


def _no_room(value: ValueId, why: str) -> Cause:
    return Cause("insufficient resources", f"there is no room to hand on the output {value[1]!r} of {value[0]}: {why}")
