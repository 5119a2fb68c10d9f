"""Which pipelines may run code without asking: signed with this user's key, or shipped with Treadle."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from importlib import resources
from pathlib import Path

from .document import encode, write_atomically
from .errors import UsageError
from .modules import Module
from .pipeline import Pipeline


class TrustStore:
    """The pipelines trusted on this machine, as HMACs of their content, in a folder only the user can read."""

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
    return {
        hashlib.sha256(entry.read_bytes()).hexdigest() for entry in folder.iterdir() if entry.name.endswith(".treadle")
    }


def code_nodes(pipeline: Pipeline, registered: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Return (node, what it would execute) for each node or connection that can run arbitrary code.

    That is Python source, a shell command, or a function from outside Treadle's library and the packages of
    ``registered`` (the top-level names of installed plug-ins).
    """
    found = []
    for where, body in pipeline.walk():
        prefix = "".join(f"{part}/" for part in where)
        keys = [(prefix + node_id, node.module) for node_id, node in body.nodes.items() if node.group is None]
        keys += [(f"{prefix}{target}", c.apply) for target, c in body.connections.items() if c.apply]
        for place, key in keys:
            module = pipeline.modules.get(key)
            if module is None or runs_code(module, registered):
                found.append((place, _what(module, key)))
    return found


def runs_code(module: Module, registered: frozenset[str] = frozenset()) -> bool:
    """Say whether a module can execute what a file tells it."""
    if module.source or not module.path:
        return True
    if module.in_library:
        return module.path in LIBRARY_CODE
    return module.path.partition(":")[0].partition(".")[0] not in registered


# A file may say of a module what it likes, so what runs code is not taken from the file's own description.
LIBRARY_CODE = frozenset({"treadle.core.library.shell:command", "treadle.core.library.shell:shell_line"})


def _what(module: Module | None, key: str) -> str:
    if module is None:
        return key
    return f"Python source ({module.name})" if module.source else module.path or module.name or key
