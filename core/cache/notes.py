"""Remembers of what the last keys of a node were made, and says in words what is different now."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from ..planning.plan import sources_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..planning.plan import Input, Plan
    from .signing import Signer

_PURPOSE = b"treadle cache note 1"


class Parts(Struct, frozen=True, array_like=True):
    """Digests of the parts of a node's keys: the module, each parameter without and with its files, each wire."""

    fingerprint: bytes
    parameters: dict[str, bytes]
    files: dict[str, bytes]
    wiring: dict[str, bytes]


_parts = msgspec.msgpack.Decoder(Parts)


def wiring_of(plan: Plan, entry: Input) -> bytes:
    """Return a digest of where an input is fed from, and how."""
    sources = [f"{plan.nodes[source.node].id}.{source.output} {len(source.axes)}" for source in sources_of(entry)]
    join, apply, item = (getattr(entry, name, None) for name in ("join", "apply", "item"))
    told = repr((
        type(entry).__name__, sources, item is None,
        join and (len(join.axes), join.tolerant, join.nested, join.with_labels),
        apply and (apply.path, apply.source, apply.name),
    ))  # fmt: skip
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def difference(before: Parts, now: Parts) -> str:
    """Return what changed, as a person says it; empty if nothing of the node itself did."""
    if before.fingerprint != now.fingerprint:
        return "the module changed"
    for told, old, new in (
        ("`{}` changed", before.parameters, now.parameters),
        ("input file of `{}` changed", before.files, now.files),
        ("`{}` is wired otherwise", before.wiring, now.wiring),
    ):
        changed = _changed(old, new)
        if changed:
            more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
            return told.format(changed[0]) + more
    return ""


def _changed(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[str]:
    return [port for port in dict.fromkeys([*new, *old]) if old.get(port) != new.get(port)]


def sealed_parts(pipeline: str, node: str, parts: Parts, signer: Signer) -> tuple[bytes, bytes]:
    """Return parts as bytes, and their signature."""
    facts = msgspec.msgpack.encode(parts)
    return facts, signer.sign(_PURPOSE, _bytes(pipeline), _bytes(node), facts)


def opened_parts(pipeline: str, node: str, facts: bytes, mac: bytes, signer: Signer) -> Parts | None:
    """Return the parts that were sealed, None if they do not verify."""
    if not all(type(part) is bytes for part in (facts, mac)):
        return None
    if not hmac.compare_digest(signer.sign(_PURPOSE, _bytes(pipeline), _bytes(node), facts), mac):
        return None
    try:
        return _parts.decode(facts)
    except msgspec.MsgspecError:
        return None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
