"""`treadle cluster clean`: ends what was left behind by programs that are gone, and removes old logs and files."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.errors import ClusterError
from ...schemes.ipython.addresses import NoRouteError, connection_file, reach, read_connection
from ...schemes.ipython.ending import kill_with_children, not_ended
from ...schemes.ipython.finding import clusters
from ...schemes.ipython.ledger import Ledger
from ...schemes.ipython.logs import sweep
from .text import one_line

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from ...schemes.ipython.finding import Found
    from ...schemes.ipython.proof import Proof

END_SECONDS = 10.0


def clean_command(options: Namespace) -> int:
    """End leftovers, remove files of controllers that are gone, and logs that are old."""
    nothing = True
    survivors: list[Proof] = []
    for text in _cleaned(survivors, dry_run=options.dry_run):
        sys.stdout.write(f"{one_line(text)}\n")
        nothing = False
    if survivors:
        raise not_ended(survivors)
    if nothing:
        sys.stdout.write("Nothing was left behind.\n")
    return 0


def _cleaned(survivors: list[Proof], *, dry_run: bool) -> Iterator[str]:
    """Clean up step by step, and tell of each step, or only of what it would be; ``survivors`` gets what lives on."""
    ledger = Ledger()
    ending, removing = ("Would end", "Would remove") if dry_run else ("Ended", "Removed")
    for record in ledger.leftovers():
        living = record.living()
        left = [] if dry_run else ledger.end(record, END_SECONDS)
        survivors += left
        if ended := ", ".join(str(proof.pid) for proof in living if proof not in left):
            yield f"{ending} what was left of {f'{record.profile_dir} {record.cluster_id}'.strip()}: {ended}"
    everything = clusters()
    for found in everything:
        if found.answers and found.records:
            yield from _end_given_up(found, ending, dry_run=dry_run)
    for found in everything:
        yield from _remove_stale(found, removing, dry_run=dry_run)
    if not dry_run:
        yield from _forget(ledger)


def _forget(ledger: Ledger) -> Iterator[str]:
    """Remove records of which nothing lives, and logs that are old."""
    for record in ledger.records():
        if record.here and not record.owner.lives and not record.living():
            ledger.remove(record.id)
    for folder in sweep({str(Path(record.logs).resolve()) for record in ledger.records()}):
        yield f"Removed {folder}"


def _end_given_up(found: Found, verb: str, *, dry_run: bool) -> Iterator[str]:
    """End engines of ours that the controller has lost, as they never come back."""
    from ...schemes.ipython.cluster import Cluster

    cluster = Cluster.attach(found.address)
    try:
        for one in cluster.given_up():
            if not dry_run:
                kill_with_children(one.proof)
            yield f"{verb} an engine that {found.address} has lost: {one.proof.pid}"
    finally:
        cluster.close()


def _remove_stale(found: Found, verb: str, *, dry_run: bool) -> Iterator[str]:
    """Remove what a controller of this machine left behind; of one elsewhere nothing can be said."""
    path = connection_file(found.address)
    if found.answers or not path.exists():
        return
    try:
        reach(read_connection(path, str(found.address)), found.address)
    except NoRouteError:
        return
    except ClusterError:
        for kind in ("client", "engine"):
            with contextlib.suppress(OSError):
                if not dry_run:
                    connection_file(found.address, kind).unlink()
        yield f"{verb} what the controller of {found.address} left behind"
