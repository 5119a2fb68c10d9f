"""Names the installed distribution that a module comes from, with its version, without importing either."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SITES = frozenset({"site-packages", "dist-packages"})


def site_of(file: Path) -> Path | None:
    """Return the folder of installed packages that a file lies in, None if it is not an installed one."""
    return next((folder for folder in file.parents if folder.name in _SITES), None)


def distribution_of(file: Path) -> str | None:
    """Return name and version of the distribution that installed a file; None if it is the user's own."""
    site = site_of(file)
    if site is None:
        return None
    top = file.relative_to(site).parts[0].partition(".")[0]
    return _owner(site, top, site.stat().st_mtime_ns)


@lru_cache(maxsize=1024)
def _owner(site: Path, top: str, changed: int) -> str | None:  # noqa: ARG001 - an installation changes the folder
    infos = [*site.glob("*.dist-info"), *site.glob("*.egg-info")]
    wanted = _plain(top)
    # Most distributions are called like their package: these are looked at first.
    infos.sort(key=lambda info: (not _plain(info.name).startswith(wanted), info.name))
    for info in infos:
        record = _read(info / "RECORD") or _read(info / "SOURCES.txt") or _read(info / "top_level.txt")
        if _mentions(record, top):
            # Of what was installed from a folder the version may stay the same while the code changes.
            local = (info / "direct_url.json").exists()
            return f"{info.stem} {hashlib.sha256(record).hexdigest()}" if local else info.stem
    return None


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "", name).lower()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _mentions(record: bytes, top: str) -> bool:
    name = re.escape(top.encode())
    return re.search(rb"(?m)^" + name + rb"([/.,]|\r?$)", record) is not None
