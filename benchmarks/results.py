"""What a run of the benchmarks found: for each figure, each peer's numbers; written and read as JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from dataclasses import asdict, dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

DISTRIBUTIONS = (
    "treadle", "numpy", "loky", "Pebble", "joblib", "dask", "distributed", "ray", "parsl", "ipyparallel", "nipype",
    "pydra",
)  # fmt: skip
OURS = "treadle"


@dataclass
class Found:
    """One peer's numbers for one figure. ``trouble`` says why there are none, or no more."""

    values: list[float] = field(default_factory=list)
    note: str = ""
    trouble: str = ""
    limit: bool = False
    parts: list[dict[str, float]] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle of what was measured; infinite if nothing was."""
        return statistics.median(self.values) if self.values else float("inf")

    def part(self, name: str) -> float:
        """Return the median of a part; 0 if it was not told."""
        told = [parts[name] for parts in self.parts if name in parts]
        return statistics.median(told) if told else 0.0


@dataclass
class Row:
    """A figure: what it says, what must be reached, and what each peer gave."""

    name: str
    title: str
    target: float
    peers: dict[str, Found] = field(default_factory=dict)

    @property
    def ours(self) -> Found | None:
        """Treadle's numbers: of what runs on the workers that the figure is about, the first."""
        return next((found for name, found in self.peers.items() if name.startswith(OURS)), None)

    def ranked(self) -> list[tuple[str, Found]]:
        """Return the peers, the fastest first, those without numbers last."""
        return sorted(self.peers.items(), key=lambda item: (item[1].median, item[0]))


@dataclass
class Results:
    """All rows of a run, and what they were measured on."""

    rows: dict[str, Row] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write all as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> Results:
        """Return what ``write`` wrote."""
        told = json.loads(path.read_text())
        rows = {
            name: Row(**{**row, "peers": {peer: Found(**found) for peer, found in row["peers"].items()}})
            for name, row in told["rows"].items()
        }
        return cls(rows, told["facts"])


def facts(**more: object) -> dict[str, Any]:
    """Return what numbers depend on."""
    return {
        "when": time.strftime("%Y-%m-%d %H:%M"),
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": len(os.sched_getaffinity(0)),
        "versions": {name: version for name in DISTRIBUTIONS if (version := _version(name))},
        **more,
    }


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""
