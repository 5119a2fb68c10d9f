"""What the owner asks of the values that a worker keeps."""

from __future__ import annotations

import pickle
from collections import deque
from typing import TYPE_CHECKING, Any

from ..hosting import channel as ch
from . import service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .values import Kept


_AT_A_TIME = 250


class Requests:
    """The owner's end of the channel to the service of a worker; never blocks."""

    def __init__(self) -> None:
        self.ours, self.theirs = ch.pair()
        self._inbox = ch.Inbox(self.ours)
        self._waiting: deque[bytes] = deque()
        self._asked: set[int] = set()
        self.ended = False
        """Whether the worker's end is closed."""
        self.refused: dict[int, str] = {}
        """The values that could not be written, and why."""

    def write(self, key: int) -> None:
        """Have a value written, once."""
        if key not in self._asked:
            self._asked.add(key)
            self._send(service.WRITE, key)

    def holds_on_to(self, values: Iterable[Kept]) -> bool:
        """Say whether one of these values could not be written."""
        return bool(self.refused) and any(kept.key in self.refused for kept in values)

    def forget(self, keys: list[int], paths: list[str]) -> None:
        """Have values forgotten."""
        for key in keys:
            self.refused.pop(key, None)
        # In parts that fit into the channel: what frees room must not need any.
        for first in range(0, max(len(keys), len(paths)), _AT_A_TIME):
            part = slice(first, first + _AT_A_TIME)
            self._send(service.FORGET, keys[part], paths[part])

    def _send(self, *message: Any) -> None:
        self._waiting.append(pickle.dumps(message, 5))
        self.flush()

    def flush(self) -> bool:
        """Send what waits; False if the channel is full."""
        while self._waiting:
            try:
                self.ours.send(self._waiting[0])
            except BlockingIOError:
                return False
            except OSError:
                # It died, which is reported elsewhere.
                self._waiting.clear()
                break
            self._waiting.popleft()
        return True

    @property
    def full(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._waiting)

    def messages(self) -> Iterator[tuple[Any, ...]]:
        """Yield what the worker has told: which value it wrote, where, or why not.

        GarbledError if that is no message.
        """
        while True:
            try:
                message = self._inbox.next()
            except (BlockingIOError, OSError):
                return
            match message:
                case None:
                    self.ended = True
                    return
                case (service.WRITTEN, int(), None | bytes() | (str(), int()), str()):
                    yield message
                case _:
                    raise ch.GarbledError("no message of the service of a worker")

    def close_other(self) -> None:
        """Close the end that only the worker uses."""
        self.theirs.close()

    def close(self) -> None:
        """Close both ends."""
        self.ours.close()
        self.theirs.close()
