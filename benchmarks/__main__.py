"""Measures Treadle beside its peers: ``make bench``, or ``python -m benchmarks`` in the folder above."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from . import kin, peers, picture, scenarios, table
from .comparing import Plan, compare
from .results import Results
from .trial import Options

if TYPE_CHECKING:
    from collections.abc import Collection

REPEATS = 3


def main(arguments: list[str] | None = None) -> int:
    told = _parser().parse_args(arguments)
    if told.show:
        results = Results.read(told.show)
    else:
        kin.adopt()
        # Who ends this with a signal means what it started as well.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            options = Options(told.workers, told.quick, told.deadline)
            plan = Plan(told.only or scenarios.SCENARIOS, told.peers, 1 if told.quick else told.repeats, options)
            results = compare(plan, _tell, lambda so_far: _write(so_far, told))
        except KeyboardInterrupt:
            return 130
        finally:
            kin.end_descendants()
    print("\n".join(table.lines(results)))
    _write(results, told)
    return 0


def _write(results: Results, told: argparse.Namespace) -> None:
    if told.json:
        results.write(told.json)
    if told.picture:
        told.picture.write_text(picture.svg(results))


def _tell(text: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(text, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Treadle beside its peers.")
    parser.add_argument("--only", type=_scenarios, help="scenarios, with commas: " + ", ".join(scenarios.SCENARIOS))
    parser.add_argument("--peers", type=_peers, default=[], help="peers, with commas: " + ", ".join(peers.PEERS))
    parser.add_argument("--quick", action="store_true", help="small sizes, once: does it work at all?")
    parser.add_argument("--repeats", type=int, default=REPEATS, help=f"the median of so many ({REPEATS})")
    parser.add_argument("--workers", type=int, default=2, help="workers of each peer (2)")
    parser.add_argument("--deadline", type=float, default=0.0, help="seconds for a peer, instead of the scenario's")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    parser.add_argument("--picture", type=Path, help="draw them here, as SVG")
    parser.add_argument("--show", type=Path, metavar="JSON", help="measure nothing: print, and draw, what was written")
    return parser


def _scenarios(text: str) -> list[str]:
    return _known(text, scenarios.SCENARIOS, "scenario")


def _peers(text: str) -> list[str]:
    return _known(text, peers.PEERS, "peer")


def _known(text: str, known: Collection[str], what: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known and ":" not in name:
            raise argparse.ArgumentTypeError(f"there is no {what} {name!r}; there are {', '.join(known)}")
    return names


if __name__ == "__main__":
    raise SystemExit(main())
