"""The modules that can be placed, as the window knows them: kept between sessions, and asked of the runner."""

from __future__ import annotations

import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec
from msgspec import Struct
from PyQt6.QtCore import QObject, pyqtSignal

from ...core import protocol as p
from ...core.background import BackgroundThread
from ...core.errors import ModuleLookupError, TreadleError
from ...core.modules import Module
from ...core.registry.catalogue import BrokenPlugin
from ...core.registry.catalogue import Catalogue as Found
from ...core.registry.catalogue import search as find
from .ports import closeness

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.modules import Port

    Described = Callable[[Module | TreadleError], None]

MOST_RECENT = 12
FILE = "catalogue.json"
Side = Literal["inputs", "outputs"]


class Asks(Protocol):
    """Who takes requests to the runner: the bridge."""

    def ask(self, kind: type[p.Request], reply: Callable[[Any], None], **facts: Any) -> object:
        """Ask; ``reply`` gets the answer or a TreadleError later, in the window's thread."""


class _Kept(Struct):
    """What stands in the file."""

    modules: list[Module]
    broken: list[p.BrokenSource] = []
    recent: list[str] = []


class Catalogue(QObject):
    """All modules by import path, what is broken, and what was placed lately.

    ``state`` is ``loading`` until the runner has answered, then ``ready``, or ``failed`` with the ``problem``.
    ``changed`` tells that any of it is different. A file that cannot be read or written is gone without.
    """

    changed = pyqtSignal()

    def __init__(self, asks: Asks, file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.modules: dict[str, Module] = {}
        self.broken: tuple[p.BrokenSource, ...] = ()
        self.recent: list[str] = []
        self.state: Literal["loading", "ready", "failed"] = "loading"
        self.problem = ""
        self._asks = asks
        self._file = file or _default_file()
        self._keeping = _Keeping(self._file)
        self._described: dict[str, Module] = {}

    def start(self) -> None:
        """Show what was kept, and ask the runner what there is now."""
        if not self.modules:
            self._read()
        self.state, self.problem = "loading", ""
        self.changed.emit()
        self._asks.ask(p.ListModules, self._take)

    def _take(self, answer: Any) -> None:
        if isinstance(answer, p.ModuleList):
            self.modules = {module.path: module for module in answer.modules}
            self.broken = answer.broken
            self.state = "ready"
            self._write()
        else:
            self.state, self.problem = "failed", str(answer)
        self.changed.emit()

    # Asking it

    def module(self, path: str) -> Module | None:
        """Return the module of an import path, if it is in the catalogue or was described."""
        return self.modules.get(path) or self._described.get(path)

    def search(self, word: str, fits: Port | None = None, side: Side = "inputs") -> list[Module]:
        """Return the modules that match a word, the best first; without one the recent ones come first.

        With ``fits``, only modules of which some port of that ``side`` fits it, the closest first; without a word
        those are left out of which nobody knows.
        """
        matching = find(self._found(), word) if word.strip() else self._recent_first()
        if fits is None:
            return matching
        ranked = [(best_port(module, fits, side)[0], module) for module in matching]
        least = 1 if word.strip() else 2
        kept = [(score, module) for score, module in ranked if score >= least]
        return [module for _, module in sorted(kept, key=lambda entry: -entry[0])]

    def describe(self, path: str, reply: Described) -> None:
        """Have the runner describe a function by its import path, in a process of its own."""

        def take(answer: Any) -> None:
            found = answer.found[0] if isinstance(answer, p.Descriptions) and answer.found else None
            if found is not None and found.module is not None:
                self._described[path] = found.module
                reply(found.module)
            elif found is not None:
                reply(ModuleLookupError(found.message, where=path, remedy=found.remedy))
            else:
                reply(answer if isinstance(answer, TreadleError) else TreadleError("nothing was found", where=path))

        self._asks.ask(p.DescribeFunctions, take, paths=(path,))

    def note_placed(self, path: str) -> None:
        """Remember that a module was placed: it comes first where nothing is searched."""
        self.recent = [path, *(one for one in self.recent if one != path)][:MOST_RECENT]
        self._write()

    def _recent_first(self) -> list[Module]:
        recent = [module for path in self.recent if (module := self.module(path)) is not None]
        known = {module.path for module in recent}
        rest = [module for module in self.modules.values() if module.path not in known]
        return [*recent, *sorted(rest, key=lambda module: (module.category, module.label.lower()))]

    def _found(self) -> Found:
        return Found(self.modules | self._described, [BrokenPlugin(one.name, one.reason) for one in self.broken])

    # Its file

    def _read(self) -> None:
        try:
            kept = msgspec.json.decode(self._file.read_bytes(), type=_Kept)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return
        self.modules = {module.path: module for module in kept.modules}
        self.broken, self.recent = tuple(kept.broken), kept.recent

    def _write(self) -> None:
        kept = msgspec.json.encode(_Kept(list(self.modules.values()), list(self.broken), self.recent))
        self._keeping.write(kept)


def best_port(module: Module, port: Port, side: Side) -> tuple[int, Port | None]:
    """Return how well a module fits a port, and by which of its own ports."""
    if side == "inputs":
        scores = [(closeness(port, own), own) for own in module.inputs]
    else:
        scores = [(closeness(own, port), own) for own in module.outputs]
    return max(scores, key=lambda entry: entry[0], default=(0, None))


class _Keeping:
    """Writes the file in a thread, the newest content last; what a newer one follows at once is passed over."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._next: bytes | None = None
        self._busy = False

    def write(self, data: bytes) -> None:
        """Have this written soon."""
        with self._lock:
            self._next = data
            if self._busy:
                return
            self._busy = True
        BackgroundThread(target=self._work, name="treadle-keep-catalogue").start()

    def _work(self) -> None:
        while True:
            with self._lock:
                data, self._next = self._next, None
                if data is None:
                    self._busy = False
                    return
            with suppress(OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True)
                with tempfile.NamedTemporaryFile(dir=self._file.parent, suffix=".part", delete=False) as part:
                    part.write(data)
                Path(part.name).replace(self._file)


def _default_file() -> Path:
    import platformdirs

    return platformdirs.user_cache_path("treadle") / FILE
