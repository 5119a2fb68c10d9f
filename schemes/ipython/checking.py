"""Checks each engine of a cluster: that it answers, what it runs, whether it shares files, how fast it is."""

from __future__ import annotations

import contextlib
import platform
import secrets
import time
from typing import TYPE_CHECKING, Any

import ipyparallel as ipp
import msgspec

from .quiet import clusters_folder

if TYPE_CHECKING:
    from pathlib import Path

    from .cluster import Cluster

CHECK_SECONDS = 10.0
_BYTES = 4_000_000
_FACTS = """(lambda path, text: (lambda version, seen: {
    "host": __import__("socket").gethostname(),
    "python": "%d.%d.%d" % __import__("sys").version_info[:3],
    "cloudpickle": version("cloudpickle"), "numpy": version("numpy"),
    "shared_files": seen(path) == text,
})(
    lambda name: __import__("importlib.metadata").metadata.version(name)
        if __import__("importlib.util").util.find_spec(name) else "",
    lambda path: open(path).read() if __import__("os").path.exists(path) else "",
))"""
_SIZE = "(lambda data: len(data))"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the check of one engine; ``trouble`` is empty if all went well.

    ``seconds`` is how long an empty call takes, ``bytes_per_second`` how fast data reaches it.
    """

    engine: int
    host: str = ""
    python: str = ""
    cloudpickle: str = ""
    numpy: str = ""
    shared_files: bool = False
    seconds: float = 0.0
    bytes_per_second: float = 0.0
    trouble: str = ""


def check(cluster: Cluster, seconds: float = CHECK_SECONDS) -> list[Checked]:
    """Check all engines, one after the other; one that does not answer within so many seconds is told as such."""
    token = secrets.token_hex(16)
    path = clusters_folder() / f"probe-{token[:8]}"
    path.write_text(token)
    try:
        return [_check_one(cluster, number, path, token, seconds) for number in sorted(cluster.uuids())]
    finally:
        path.unlink(missing_ok=True)


def _check_one(cluster: Cluster, number: int, path: Path, token: str, seconds: float) -> Checked:
    view = cluster.client[number]
    try:
        facts: dict[str, Any] = view.apply_async(ipp.Reference(_FACTS), str(path), token).get(seconds)
        start = time.perf_counter()
        view.apply_async(ipp.Reference(_SIZE), b"").get(seconds)
        empty = time.perf_counter() - start
        start = time.perf_counter()
        view.apply_async(ipp.Reference(_SIZE), bytes(_BYTES)).get(seconds)
        full = time.perf_counter() - start
    except TimeoutError:
        return Checked(engine=number, trouble=f"no answer within {seconds:g} s: it may be busy")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the person wants to see
        return Checked(engine=number, trouble=f"{type(error).__name__}: {error}")
    finally:
        with contextlib.suppress(Exception):
            cluster.client.purge_local_results("all")
    return Checked(
        engine=number,
        seconds=empty,
        bytes_per_second=_BYTES / max(full - empty, 1e-6),
        trouble=_trouble(facts),
        **facts,
    )


def _trouble(facts: dict[str, Any]) -> str:
    here = platform.python_version_tuple()[:2]
    if not facts["cloudpickle"]:
        return "cloudpickle is not installed there"
    if tuple(facts["python"].split(".")[:2]) != here:
        return f"Python {'.'.join(here)} runs here: functions of a script cannot be sent"
    return ""
