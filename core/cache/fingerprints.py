"""Fingerprints of modules: another one as soon as the code that is called may do something else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

from blake3 import blake3

from ..worker.digest import Canonical, FileDigests, UndigestedError
from .distributions import distribution_of
from .imports import OWN, Finder
from .live import LiveCode
from .loaded import is_current

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from .evidence import Evidence

FORMAT = 1
"""Raised when keys change their meaning, so that older entries are not found any more."""


class Called(Protocol):
    """What can be called: a function of a plan, or the target of a call."""

    @property
    def path(self) -> str: ...  # noqa: D102 - see Target
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def live(self) -> Callable[..., Any] | None: ...  # noqa: D102


class Fingerprints:
    """The fingerprints of one run; ``search_path`` is where workers look for modules besides what Python knows."""

    def __init__(self, search_path: Sequence[Path] = ()) -> None:
        self._finder = Finder(search_path)
        self._of_modules: dict[str, tuple[bytes | None, frozenset[Path]]] = {}
        self._known: dict[tuple[str, str, str, int], tuple[bytes, frozenset[Path]]] = {}
        self._kept: list[object] = []

    @property
    def evidence(self) -> Evidence:
        """The user's own files that counted so far."""
        return self._finder.evidence

    def outdated_here(self) -> frozenset[Path]:
        """Return those files of which this process may have loaded another text than they hold now."""
        return frozenset(file for file, module in self._finder.modules.items() if not is_current(module, file))

    def of(self, called: Called) -> bytes:
        """Return the fingerprint of what is called; UndigestedError if it cannot be told when it changes."""
        key = (called.path, called.source, called.name, id(called.live))
        if key not in self._known:
            # As long as it is kept, nothing else can have its id.
            self._kept.append(called.live)
            with self.evidence.apart() as seen:
                made = self._made(called)
            self._known[key] = made, frozenset(seen)
        found, files = self._known[key]
        self.evidence.see(files)
        return found

    def _made(self, called: Called) -> bytes:
        if called.source:
            return _digest("source", called.source, called.name, self._finder.closure_of_text(called.source))
        module, _, name = called.path.partition(":")
        of_module = self.of_module(module) if module and module != "__main__" else None
        if of_module is not None:
            return _digest("path", name, of_module)
        if called.live is None:
            raise UndigestedError(f"{called.path} cannot be found here")
        return _digest("live", LiveCode(self.of_module).digest(called.live))

    def of_module(self, module: str) -> bytes | None:
        """Return the fingerprint of an importable module; None if it cannot be found."""
        if module not in self._of_modules:
            with self.evidence.apart() as seen:
                made = self._made_of_module(module)
            self._of_modules[module] = made, frozenset(seen)
        found, files = self._of_modules[module]
        self.evidence.see(files)
        return found

    def _made_of_module(self, module: str) -> bytes | None:
        top = module.partition(".")[0]
        if top in sys.stdlib_module_names:
            return _digest("python", module)
        file = self._finder.file(module)
        if file is None:
            return None
        if top == OWN:
            from ... import __version__

            return _digest(OWN, __version__, module, self._finder.facts(file).digest)
        if distribution := distribution_of(file):
            return _digest("installed", distribution, module)
        local = self._finder.local(module)
        return None if local is None else _digest("own", module, self._finder.closure(local))


_VERSION = b"%d %d.%d;" % (FORMAT, *sys.version_info[:2])


def _digest(*parts: str | bytes | Mapping[str, bytes]) -> bytes:
    """Return the digest of what a fingerprint stands for; Python's minor version is part of each."""
    plain = [dict(sorted(part.items())) if not isinstance(part, str | bytes) else part for part in parts]
    return blake3(_VERSION + b"".join(Canonical(FileDigests(None)).pieces(plain))).digest()
