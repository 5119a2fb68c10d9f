"""What was printed past Python, by C code and by children: it belongs to the calls that ran meanwhile."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..hosting.lines import Lines, overlap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_NUMBER = 8
_MOST_BESIDE = 255
_MOST_MARKS = 1024


def end_mark(mark: bytes, number: int, running: Iterable[int]) -> bytes:
    """Return what stands behind the output of a call: the mark, its number, and those of the calls that run then."""
    beside = [other for other in running if other != number][:_MOST_BESIDE]
    return mark + bytes([len(beside)]) + b"".join(one.to_bytes(_NUMBER, "little") for one in (number, *beside))


class Output:
    """Tells the output of one thread host by task. Behind what a longer call printed stands an ``end_mark``.

    If several calls run, what is printed is told of each of them: nobody can know which it was. ``task_of`` returns
    the task of a call, an empty text if it is forgotten.
    """

    def __init__(self, mark: bytes, tell: Callable[[str, str], None], task_of: Callable[[int], str]) -> None:
        self._mark, self._tell, self._task_of = mark, tell, task_of
        self._lines: dict[int, Lines] = {}
        self._marks: dict[int, None] = {}
        self._tail = b""

    def feed(self, data: bytes, running: Iterable[int], last: int) -> None:
        """Take what was read while these calls ran; ``last`` is the one that began last, and may have ended."""
        data = self._tail + data
        self._tail = b""
        while True:
            before, mark, rest = data.partition(self._mark)
            length = 1 + _NUMBER * (1 + rest[0]) if rest else 1
            if mark and len(rest) >= length > 1:
                numbers = [int.from_bytes(rest[at : at + _NUMBER], "little") for at in range(1, length, _NUMBER)]
                self._give(before, numbers)
                self._note(numbers[0])
                data = rest[length:]
                continue
            keep = len(mark) + len(rest) if mark else overlap(before, self._mark)
            self._tail = data[len(data) - keep :]
            self._give(data[: len(data) - keep], [one for one in running if one not in self._marks] or [last])
            return

    def _give(self, data: bytes, numbers: Iterable[int]) -> None:
        for number in numbers if data else ():
            if task := self._task_of(number):
                if number not in self._lines:
                    self._lines[number] = Lines(partial(self._tell, task))
                self._lines[number].feed(data)

    def _note(self, number: int) -> None:
        self._marks[number] = None
        if len(self._marks) > _MOST_MARKS:
            del self._marks[next(iter(self._marks))]

    def marked(self, number: int) -> bool:
        """Say whether all that a call printed before its mark has been read."""
        return number in self._marks

    def end(self, number: int) -> None:
        """Tell the rest: the call is over."""
        self._marks.pop(number, None)
        lines = self._lines.pop(number, None)
        if lines is not None:
            lines.end()

    def end_all(self) -> None:
        """Tell the rest of all calls."""
        for number in list(self._lines):
            self.end(number)
