"""What all calls of one kind have in common, where workers find it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..hosting import channel as ch

if TYPE_CHECKING:
    from pathlib import Path

    from ..hosting.wire import Encoder


class Shelf:
    """Templates in files, because messages can be taken back: a worker could get a job and miss its template."""

    def __init__(self, encoder: Encoder, folders: tuple[Path, ...]) -> None:
        # They stay as long as the pool does: memory is for what goes sooner.
        self._encoder, self._folders = encoder, folders[::-1]
        self._there: set[int] = set()

    def publish(self, kind: int) -> None:
        """Let workers find all that calls of this kind need; OSError if there is no room for it."""
        if kind in self._there:
            return
        for number, data in self._encoder.needed(kind, self._there).items():
            ch.put_template(number, data, *self._folders)
            self._there.add(number)
