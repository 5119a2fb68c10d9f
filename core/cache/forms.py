"""What the keys of all tasks of a node have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blake3 import blake3

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..worker.call import Call
    from .lineage import Arguments


class NodeForm:
    """The part of a key that does not change from one task of a node to the next.

    ``fixed`` are the bytes of the inputs that are written in the pipeline; ``shape`` is how the result is kept, which
    does not count for those who read it. ``files`` are those that count for all of them, ``data`` those among them that
    are no code.
    """

    __slots__ = ("base", "data", "files", "fixed", "kinds", "shape")

    def __init__(self, base: bytes, fixed: dict[str, bytes], kinds: Mapping[str, str], shape: bytes) -> None:
        self.base = base
        self.fixed = fixed
        self.kinds = kinds
        self.shape = shape
        self.data: frozenset[Path] = frozenset()
        self.files: frozenset[Path] = frozenset()

    def made_of(self, call: Call, arguments: Arguments) -> bytes:
        """Return a digest of a call; UndigestedError if something that it reads has none."""
        fixed = self.fixed
        pieces = [self.base]
        for port, argument in call.arguments.items():
            known = fixed.get(port)
            if known is None:
                known = port_of(port) + arguments.bytes_of(argument, self.kinds.get(port, ""))
            pieces.append(known)
        return blake3(b"".join(pieces)).digest()


def port_of(name: str) -> bytes:
    """Return the bytes that stand for a port."""
    return b"=%d:%s" % (len(name), name.encode())
