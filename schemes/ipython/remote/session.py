"""What an engine holds for one scheme of one runner: its values, files and folders, and how it executes calls."""

from __future__ import annotations

import importlib
import os
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....core.worker import container
from ....core.worker.digest import FileDigests
from ....core.worker.failures import Cause
from ....core.worker.files import FileStore
from ...hosting.answers import handed_out
from ...hosting.keeping import Keeping
from ...hosting.memory import budget
from ...hosting.wire import Decoder
from . import places
from .borders import Border
from .facts import facts, missing, why_not_shared
from .loaded import Loaded, lies_in
from .transfer import Arrivals, Departures
from .turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ....core.worker.call import ValueId
    from ....core.worker.execute import Result
    from ....core.worker.handing import Handed
    from .messages import Facts, Hello, What


class LostValueError(Exception):
    """A value that a call refers to is gone."""


class Session:
    """Opened by a Hello, used by batches and by requests for values, ended by the runner or when that is gone."""

    def __init__(self, hello: Hello) -> None:
        self.folder = places.make(hello.session)
        self.home = self.folder / "home"
        self.home.mkdir(mode=0o700)
        self.hello = hello
        self.templates: dict[int, bytes] = {}
        self.keeping = Keeping(self.folder, self.folder, hello.budget or _part(), self._spilled, _nothing)
        self.lost = ""
        self.decoder = Decoder(self.templates.__getitem__, self.keeping.moved)
        self.turns = Turns()
        self._supplied = self.folder / "supplied"
        self.search_path = [*filter(os.path.isdir, hello.search_path), str(self._supplied)]
        self.modules = Loaded(lies_in(self.search_path), {}, before=True)
        self.facts = self.update(hello)

    def update(self, hello: Hello) -> Facts:
        """Take what a Hello says that may change; return the facts of the engine."""
        self.hello = hello
        lacking = {name: value for name, value in hello.fallback.items() if name not in os.environ}
        self.environment = {**lacking, **hello.environment}
        why_not = why_not_shared(hello)
        store = self.folder / "files" if why_not else Path(hello.files)
        store.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.files = _Files(store, self.folder)
        self.border = Border(store, Path(hello.files) if why_not else None, hello.python)
        self._departures = Departures(self.folder, self.keeping.packed, self.files)
        self._arrivals = Arrivals(self.folder, self.files)
        self.used = time.monotonic()
        return facts(self.folder, why_not, missing(hello.modules, self.search_path))

    def lacks(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return which of these modules cannot be found by what runs here."""
        return missing(names, self.search_path)

    def supply(self, files: Mapping[str, bytes]) -> None:
        """Take the sources of modules that only the runner has."""
        for name, data in files.items():
            place = self._supplied / name
            if ".." in place.parts or self._supplied not in place.parents:
                raise ValueError(f"{name} is no name of a file inside a folder")
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.write_bytes(data)
        importlib.invalidate_caches()

    # Values

    def fetch(self, value: ValueId) -> Any:
        """Return a value that a call refers to; LostValueError if it is gone."""
        try:
            found = self.keeping.fetch(value)
        except (KeyError, OSError, container.ContainerError) as error:
            self.lost = f"the output {value[1]!r} of {value[0]} is gone: {error}"
            raise LostValueError(self.lost) from error
        return self.border.inward(found)

    def answer(self, result: Result | Cause) -> Any:
        """Return what to send of a result; what is large stays here."""
        answer = handed_out(result, self._hand_out)
        return answer if isinstance(answer, Cause) else self.border.checked(answer, self.keeping.packed)

    def _hand_out(self, value: Any) -> Any:
        return self.keeping.hand_out(self.border.outward(value))

    def _spilled(self, _key: int, handed: Handed | None, _why: str) -> None:
        """Let nothing but its memory be left of a value that was written to the disk: here its key is enough."""
        if isinstance(handed, tuple):
            self.keeping.forget((), handed[:1])
            Path(handed[0]).unlink(missing_ok=True)

    def write(self, keys: Iterable[int], folder: str) -> dict[int, Handed | Cause]:
        """Write values into containers that all can read who share this folder."""
        return {key: self._written(key, Path(folder)) for key in keys}

    def _written(self, key: int, folder: Path) -> Handed | Cause:
        try:
            packed = self.keeping.packed(key)
            path = folder / f"{self.folder.name.rpartition('.')[2]}-{os.getpid()}-{key}"
            if path.exists():
                return str(path), packed.size
            container.write(path, packed)
        except KeyError:
            return Cause("lost contact", "the engine does not have this value any more")
        except OSError as error:
            return Cause("insufficient resources", f"there is no room to hand on a value in {folder}: {error}")
        return str(path), packed.size

    def piece(self, what: What, offset: int) -> tuple[int, bytes] | Cause:
        """Return how many bytes a value or file has on its way, and some of them."""
        return self._departures.piece(what, offset)

    def put(self, what: What, offset: int, total: int, data: bytes) -> int | Cause | None:
        """Take some of the bytes of a value or file; after the last ones return the key of the value, or 0."""
        path = self._arrivals.take(what, offset, total, data)
        if not isinstance(path, Path):
            return path
        key = self.keeping.adopt(container.mapped(path))
        path.unlink()
        return key

    def forget(self, keys: Sequence[int], paths: Sequence[str]) -> None:
        """Let go of values that nobody will ask for again."""
        self.keeping.forget(keys, paths)

    def end(self) -> None:
        """Let go of everything."""
        self.keeping.clear()
        places.remove(self.folder)


class _Files(FileStore):
    """Remembers digests on the engine's own disk: several hosts cannot share that memory."""

    def __init__(self, folder: Path, own: Path) -> None:
        super().__init__(folder)
        self._own = own

    @cached_property
    def digests(self) -> FileDigests:
        return FileDigests(self._own / "digests.sqlite")


def _part() -> int:
    return budget(os.cpu_count() or 1)


def _nothing() -> None:
    """Start no second thread: between batches the engine answers itself."""
