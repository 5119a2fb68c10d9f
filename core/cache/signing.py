"""Signs what is kept with a key of the user, so that nothing else is ever taken for it."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Any

from blake3 import blake3

from ..errors import UsageError

KEY_BYTES = 32
_NAME = "cache.key"


class Signer:
    """Makes keyed BLAKE3 digests; only who has the key can make or check them."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
        self._key = key

    def sign(self, *parts: bytes) -> bytes:
        """Return the signature of these parts, told apart: ``ab, c`` is signed otherwise than ``a, bc``."""
        lengths = b",".join(b"%d" % len(part) for part in parts)
        return blake3(b"".join((lengths, b":", *parts)), key=self._key).digest()

    def hasher(self) -> Any:
        """Return an object with ``update`` and ``digest`` that signs a stream of bytes."""
        return blake3(key=self._key)


def user_signer(folder: Path | None = None) -> Signer:
    """Return the signer with this user's key, made at the first need; UsageError if the key cannot be used."""
    path = (folder or _user_folder()) / _NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.path.lexists(path):
            _make(path)
        return Signer(_read(path))
    except OSError as error:
        raise UsageError(f"the key of the cache cannot be used: {error.strerror or error}", where=str(path)) from None


def _make(path: Path) -> None:
    """Write a new key; who comes at the same time finds a whole one, the first."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            pass
        except OSError:
            # Some file systems have no such links; there the last who comes wins, and the cache begins anew.
            temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        private = stat.S_ISREG(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077
        key = file.read(KEY_BYTES + 1) if private else b""
    if len(key) != KEY_BYTES:
        wrong = "it is damaged" if private else "others could have read or changed it"
        raise UsageError(
            f"the key of the cache cannot be used: {wrong}",
            where=str(path),
            remedy="Remove it: a new one is made, and what is in the cache is computed again",
        )
    return key


def _user_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_config_path("treadle"))
