"""Which pipelines may run code without asking: signed with this user's key, or shipped with Treadle."""

from __future__ import annotations

import ast
import hashlib
import hmac
import json
import os
import secrets
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from .describing.aliases import parse_source
from .document import encode, write_atomically
from .errors import UsageError
from .modules import LIBRARY, Module
from .registry.registered import LIBRARY_FOLDER, is_defined_in

if TYPE_CHECKING:
    from pathlib import Path

    from .pipeline import Pipeline


class TrustStore:
    """The pipelines trusted on this machine, as HMACs of their content, in a folder of the user alone."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or _user_folder()

    def trust(self, pipeline: Pipeline) -> None:
        """Remember that this content may run; any later change of it asks again."""
        signature = self._signature(pipeline, self._key())
        known = self._known()
        if signature not in known:
            listed = json.dumps(sorted({*known, signature}), indent=0).encode()
            write_atomically(self.folder / "trusted.json", listed, mode=0o600)

    def is_trusted(self, pipeline: Pipeline) -> bool:
        """Say whether this content was made or trusted here, or is one of Treadle's own examples."""
        if digest(pipeline) in bundled_digests():
            return True
        key = self._read_key()
        return key is not None and self._signature(pipeline, key) in self._known()

    def _signature(self, pipeline: Pipeline, key: bytes) -> str:
        return hmac.new(key, encode(pipeline), hashlib.sha256).hexdigest()

    def _known(self) -> set[str]:
        try:
            listed = json.loads((self.folder / "trusted.json").read_bytes())
        except (OSError, ValueError):
            return set()
        return {entry for entry in listed if isinstance(entry, str)} if isinstance(listed, list) else set()

    def _read_key(self) -> bytes | None:
        path = self.folder / "trust.key"
        try:
            status = path.lstat()
            # A key that others could write or that is a link proves nothing.
            if path.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077:
                return None
            return path.read_bytes() or None
        except OSError:
            return None

    def _key(self) -> bytes:
        found = self._read_key()
        if found is not None:
            return found
        key = secrets.token_bytes(32)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(self.folder / "trust.key", key, mode=0o600)
            (self.folder / "trust.key").chmod(0o600)
        except OSError as error:
            raise UsageError(
                f"the trust key cannot be kept: {error.strerror or error}", where=str(self.folder)
            ) from None
        return key


def _user_folder() -> Path:
    import platformdirs

    return platformdirs.user_config_path("treadle")


def digest(pipeline: Pipeline) -> str:
    """Return the SHA-256 of a pipeline's content."""
    return hashlib.sha256(encode(pipeline)).hexdigest()


def bundled_digests() -> set[str]:
    """Return the digests of the examples that ship with Treadle."""
    folder = resources.files(__name__.rpartition(".")[0].rpartition(".")[0]) / "resources" / "examples"
    if not folder.is_dir():
        return set()
    examples = (entry for entry in folder.iterdir() if entry.name.endswith(".treadle"))
    return {hashlib.sha256(entry.read_bytes()).hexdigest() for entry in examples}


def code_nodes(pipeline: Pipeline, registered: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Return (node, what it would do) for each node or connection that can run code or write where it likes.

    That is Python source, a shell command, a module that writes files, or a function from outside Treadle's
    library and the packages of ``registered`` (the top-level names of installed plug-ins).
    """
    found = []
    for where, body in pipeline.walk():
        prefix = "".join(f"{part}/" for part in where)
        keys = [(prefix + node_id, node.module) for node_id, node in body.nodes.items() if node.group is None]
        keys += [(f"{prefix}{target}", c.apply) for target, c in body.connections.items() if c.apply]
        for place, key in keys:
            module = pipeline.modules.get(key)
            if module is None or needs_trust(module, registered):
                found.append((place, _what(module, key)))
    return found


def needs_trust(module: Module, registered: frozenset[str] = frozenset()) -> bool:
    """Say whether a module can execute what a file tells it, or write where a file tells it to.

    A file may say of a module what it likes, so this is read from the code that the import path leads to,
    which is not imported: a module of the library is declared there and does neither; one of a plug-in
    is defined there. Whatever else can be reached through these (``…files:shutil.rmtree``) counts as code.
    """
    if module.source or not module.path:
        return True
    if module.in_library:
        home, _, name = module.path.removeprefix(LIBRARY).partition(":")
        return name not in _harmless(home)
    return not _defined_in(module.path, registered)


@cache
def _harmless(home: str) -> frozenset[str]:
    """Return the functions that a file of the library declares as modules which run no code."""
    if not home.isidentifier():
        return frozenset()
    try:
        tree = parse_source((LIBRARY_FOLDER / f"{home}.py").read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return frozenset()
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return frozenset(f.name for f in functions if any(map(_declares_harmless, f.decorator_list)))


def _declares_harmless(decorator: ast.expr) -> bool:
    if isinstance(decorator, ast.Call):
        options = {option.arg for option in decorator.keywords}
        return _declares_harmless(decorator.func) and options.isdisjoint({"runs_code", "writes_files"})
    return isinstance(decorator, ast.Name) and decorator.id == "module"


@lru_cache(maxsize=4096)
def _defined_in(path: str, registered: frozenset[str]) -> bool:
    return is_defined_in(path, registered)


def _what(module: Module | None, key: str) -> str:
    if module is None:
        return key
    return f"Python source ({module.name})" if module.source else module.path or module.name or key
