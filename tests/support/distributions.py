"""Makes installed distributions: a package, its metadata and its entry points, in a folder."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def install(
    folder: Path,
    name: str,
    text: str,
    *,
    value: str = "",
    version: str = "1.0",
    group: str = "treadle.modules",
    points: dict[str, str] | None = None,
    summary: str = "",
) -> Path:
    """Install a package whose ``__init__`` is ``text``, and return its folder.

    It offers ``points`` to the group: by default one of its own name.
    """
    package = folder / name
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(textwrap.dedent(text))
    metadata = folder / f"{name}-{version}.dist-info"
    metadata.mkdir()
    about = f"Summary: {summary}\n" if summary else ""
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{about}")
    lines = [f"{point} = {named}\n" for point, named in (points or {name: value or name}).items()]
    (metadata / "entry_points.txt").write_text(f"[{group}]\n{''.join(lines)}")
    (metadata / "RECORD").write_text(f"{name}/__init__.py,,\n")
    return package
