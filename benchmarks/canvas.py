"""Measures what the canvas costs the thread of the window at many nodes: ``python -m benchmarks.canvas``.

Treadle's is measured beside those of Orange and qtpynodeeditor, each in a process of its own with a deadline: what it
told before is kept. All figures are CPU seconds of the thread that paints, the best
of several where it can be repeated.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import selectors
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

NODES, DEADLINE = 10_000, 120.0
PEERS = ("treadle", "orange", "qtpynodeeditor")
HERE = Path(__file__).parent


class Measure(NamedTuple):
    """What is measured, as it is told and printed; ``target`` is the most that Treadle may take, in seconds."""

    name: str
    target: float


MEASURES = (
    Measure("build", 0.5),
    Measure("frame at fit", 0.010),
    Measure("frame at 100 %", 0.010),
    Measure("frame while panning", 0.010),
    Measure("frame while dragging a hub", 0.010),
    Measure("1,000 state changes", 0.012),
    Measure("select all", 0.030),
    Measure("undo of a move of all", 0.100),
    Measure("duplicate all", 0.200),
    Measure("undo of the duplicates", 0.080),
    Measure("paste all", 0.200),
    Measure("another theme", 0.030),
    Measure("open a file", 1.5),
)


def main() -> int:
    """Measure and print; the exit code says whether Treadle reached all of its targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=NODES)
    parser.add_argument("--deadline", type=float, default=DEADLINE, help="seconds that each may take")
    parser.add_argument("--peers", default=",".join(PEERS), help="those to measure, with commas")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--measure", choices=PEERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        tell(options.measure, options.nodes)
        return 0
    found = {peer: attempt(peer, options.nodes, options.deadline) for peer in options.peers.split(",")}
    for line in table(found, options.nodes):
        print(line)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"nodes": options.nodes, "seconds": found}, indent=2) + "\n")
    ours = found.get("treadle", {})
    return 0 if all(isinstance(v := ours.get(m.name), float) and v <= m.target for m in MEASURES) else 1


# In a process of its own


def tell(peer: str, nodes: int) -> None:
    """Measure one and write each figure as it is known."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        subject = importlib.import_module(f"benchmarks.canvases.{peer}")
    except ImportError as error:
        print(json.dumps(["trouble", f"is not installed ({error.name})"]), flush=True)
        return
    try:
        for name, seconds in subject.measured(nodes):
            print(json.dumps([name, seconds]), flush=True)
    except Exception as error:  # noqa: BLE001 - whatever it is, the one who waits must learn of it
        print(json.dumps(["trouble", f"{type(error).__name__}: {error}"[:160]]), flush=True)
    # What has ten thousand items may take a minute to be taken apart.
    os._exit(0)


def attempt(peer: str, nodes: int, deadline: float) -> dict[str, float | str]:
    """Measure one; whatever it does, this returns in time with what it told."""
    command = [sys.executable, "-m", "benchmarks.canvas", "--measure", peer, "--nodes", str(nodes)]
    found: dict[str, float | str] = {}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=HERE.parent, start_new_session=True
    ) as process:
        assert process.stdout is not None
        try:
            for line in _lines(process.stdout.fileno(), time.monotonic() + deadline):
                name, value = json.loads(line)
                found[name] = value
        except TimeoutError:
            found["trouble"] = f"took more than {deadline:g} s"
        finally:
            process.kill()
    return found


def _lines(descriptor: int, until: float) -> Iterator[bytes]:
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            left = until - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise TimeoutError
            data = os.read(descriptor, 65_536)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            yield from (line for line in lines if line.startswith(b"["))


def table(found: dict[str, dict[str, float | str]], nodes: int) -> Iterator[str]:
    """Go through the lines of the table."""
    yield f"{nodes:,} nodes, {2 * nodes:,} connections; milliseconds of the painting thread (times Treadle's)"
    yield f"{'':30}{'target':>8}" + "".join(f"{peer:>24}" for peer in found)
    for measure in MEASURES:
        ours = found.get("treadle", {}).get(measure.name)
        cells = "".join(f"{_cell(figures.get(measure.name), ours):>24}" for figures in found.values())
        yield f"{measure.name:30}{1000 * measure.target:8.0f}{cells}"
    for peer, figures in found.items():
        if "trouble" in figures:
            yield f"{peer}: {figures['trouble']}"


def _cell(value: float | str | None, ours: float | str | None) -> str:
    if not isinstance(value, float):
        return "–"
    ratio = f" ({value / ours:.3g}×)" if isinstance(ours, float) and ours > 0 and value != ours else ""
    return f"{1000 * value:.1f}{ratio}"


if __name__ == "__main__":
    sys.exit(main())
