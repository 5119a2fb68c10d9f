"""Finds which local files a Python file imports, by reading it; nothing is imported."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..registry.registered import find_top_level
from ..worker.digest import UndigestedError
from .distributions import distribution_of
from .evidence import Evidence, trusted_stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.machinery import ModuleSpec

OWN = "treadle"


class SourceFacts(NamedTuple):
    """What matters of a source file: the digest of its text, and the modules it may import.

    Relative imports begin with as many dots as they are written with.
    """

    digest: bytes
    imports: frozenset[str]


class Local(NamedTuple):
    """A file of the user's own that holds a module."""

    module: str
    file: Path

    @property
    def package(self) -> str:
        """The package that relative imports in it count from."""
        return self.module if self.file.name == "__init__.py" else self.module.rpartition(".")[0]


class Finder:
    """Finds modules the way a worker does: where Python looks, and after that in the folders of ``search_path``."""

    def __init__(self, search_path: Sequence[Path] = ()) -> None:
        self._search_path = [str(folder) for folder in search_path]
        self._found: dict[str, Path | None] = {}
        self._tops: dict[str, ModuleSpec | None] = {}
        self._facts: dict[Path, SourceFacts] = {}
        self.evidence = Evidence()
        """All files that were read."""
        self.modules: dict[Path, str] = {}
        """The local modules that were read, by file."""

    def file(self, module: str) -> Path | None:
        """Return the file of a module or package; None if it has none, or cannot be found."""
        if module not in self._found:
            self._found[module] = self._find(module)
        return self._found[module]

    def _find(self, module: str) -> Path | None:
        top, _, rest = module.partition(".")
        if top not in self._tops:
            self._tops[top] = _fresh_spec(top) or find_top_level(top, self._search_path)
        spec = self._tops[top]
        if spec is None:
            return None
        if not rest:
            return Path(spec.origin) if spec.origin and spec.has_location else None
        for folder in spec.submodule_search_locations or ():
            base = Path(folder).joinpath(*rest.split("."))
            compiled = sorted(base.parent.glob(f"{base.name}.*.so")) if base.parent.is_dir() else []
            for file in (base.with_name(f"{base.name}.py"), base / "__init__.py", *compiled):
                if file.is_file():
                    return file
        return None

    def local(self, module: str) -> Local | None:
        """Return the file of a module if it is the user's own: neither Python's, nor Treadle's, nor installed."""
        top = module.partition(".")[0]
        if top in sys.stdlib_module_names or top == OWN:
            return None
        file = self.file(module)
        return None if file is None or distribution_of(file) else Local(module, file)

    def facts(self, file: Path) -> SourceFacts:
        """Return the facts of a source file as it was when it was first read; UndigestedError if it cannot be."""
        self.evidence.take(file, self._read)
        if file not in self._facts:
            # It was taken before as a file that is read by a module.
            self._read(file)
        return self._facts[file]

    def _read(self, file: Path) -> bytes:
        found = facts_of(file)
        self._facts.setdefault(file, found)
        return found.digest

    def closure(self, start: Local) -> dict[str, bytes]:
        """Return the digests of a local file and of all local files it imports, directly or not, by module."""
        return self._closed([start])

    def closure_of_text(self, text: str) -> dict[str, bytes]:
        """Return the digests of the local files that Python source imports."""
        return self._closed(list(self._imported(facts_of_text(text.encode("utf-8", "replace")), "")))

    def _closed(self, waiting: list[Local]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        while waiting:
            local = waiting.pop()
            if local.module not in found:
                facts = self.facts(local.file)
                self.modules[local.file] = local.module
                found[local.module] = facts.digest
                waiting.extend(self._imported(facts, local.package))
                # Importing a module imports the packages around it.
                waiting.extend(one for name in _around(local.module) if (one := self.local(name)))
        return found

    def _imported(self, facts: SourceFacts, package: str) -> Iterator[Local]:
        for name in facts.imports:
            full = _absolute(name, package)
            if full and (local := self.local(full)):
                yield local


def _fresh_spec(top: str) -> ModuleSpec | None:
    """Find a top-level package as a new process would: what this one has loaded may have come from elsewhere."""
    for finder in sys.meta_path:
        with contextlib.suppress(ImportError, ValueError, AttributeError):
            if (spec := finder.find_spec(top, None)) is not None:
                return spec
    return None


def _around(module: str) -> Iterator[str]:
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def _absolute(name: str, package: str) -> str:
    plain = name.lstrip(".")
    dots = len(name) - len(plain)
    if not dots:
        return plain
    parts = package.split(".") if package else []
    if dots - 1 > len(parts):
        return ""
    return ".".join([*parts[: len(parts) - dots + 1], *([plain] if plain else [])])


def facts_of(file: Path) -> SourceFacts:
    """Return the facts of a source file, or of one that is compiled; UndigestedError if it cannot be read."""
    try:
        stamp = trusted_stamp(file)
        return _read_facts(file) if stamp is None else _known_facts(file, stamp)
    except OSError as error:
        raise UndigestedError(f"{file} cannot be read: {error.strerror or error}") from None


@lru_cache(maxsize=4096)
def _known_facts(file: Path, stamp: bytes) -> SourceFacts:  # noqa: ARG001 - another stamp, another text
    return _read_facts(file)


def _read_facts(file: Path) -> SourceFacts:
    data = file.read_bytes()
    return facts_of_text(data) if file.suffix == ".py" else SourceFacts(hashlib.sha256(data).digest(), frozenset())


def facts_of_text(data: bytes) -> SourceFacts:
    """Return the facts of Python text; what is no Python imports nothing."""
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return SourceFacts(hashlib.sha256(data).digest(), frozenset())
    names = frozenset(name for node in ast.walk(tree) for name in _names(node))
    return SourceFacts(hashlib.sha256(data).digest(), names)


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=aliases):
            yield from (alias.name for alias in aliases)
        case ast.ImportFrom(module=module, names=aliases, level=level):
            home = "." * level + (module or "")
            yield home
            # What is imported from a package may be a module of it.
            dot = "." if module else ""
            yield from (f"{home}{dot}{alias.name}" for alias in aliases if alias.name != "*")
