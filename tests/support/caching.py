"""A cache in a folder of its own, and results to keep in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from treadle.core.cache.entries import Keeping
from treadle.core.cache.signing import Signer
from treadle.core.cache.store import Cache
from treadle.core.worker.handing import hand_out, load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from treadle.core.cache.entries import Entry

SIGNER = Signer(bytes(range(32)))
SECONDS = 20.0


class Caches:
    """Caches in one folder; what they warn of is in ``told``. They are closed at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "cache"
        self.run = folder / "run"
        self.run.mkdir()
        self.told: list[str] = []
        self._open: list[Cache] = []

    def open(self, **options: Any) -> Cache:
        cache = Cache(self.folder, SIGNER, warn=self.told.append, **options)
        self._open.append(cache)
        return cache

    def keeping(self, *values: Any, **facts: Any) -> Keeping:
        """Return a result with these values as the items of its output."""
        handed = {("out", place): hand_out(value, self.run, self.run) for place, value in enumerate(values)}
        return Keeping(handed, **{"seconds": 100.0, **facts})

    def kept(self, key: bytes, *values: Any, **facts: Any) -> None:
        """Keep a result in a cache that is closed again."""
        cache = self.open()
        cache.keep(key, self.keeping(*values, **facts))
        assert cache.close(SECONDS)

    def close(self) -> None:
        for cache in self._open:
            cache.close(SECONDS)


def caches(folder: Path) -> Iterator[Caches]:
    """Give caches in a folder and close them afterwards; to be made a fixture."""
    made = Caches(folder)
    yield made
    made.close()


def value(cache: Cache, entry: Entry, place: int = 0) -> Any:
    return load(cache.open(entry, "out", place))
