"""`treadle cluster clean`: ends what was left behind by programs that are gone, and removes old logs and files."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.errors import ClusterError
from ...schemes.ipython.addresses import NoRouteError, connection_file, reach, read_connection
from ...schemes.ipython.finding import clusters
from ...schemes.ipython.ledger import Ledger
from ...schemes.ipython.logs import sweep
from .text import one_line

if TYPE_CHECKING:
    from argparse import Namespace

    from ...schemes.ipython.finding import Found


def clean_command(options: Namespace) -> int:
    """End leftovers, remove files of controllers that are gone, and logs that are old."""
    ledger = Ledger()
    verb = "Would end" if options.dry_run else "Ended"
    for record in ledger.leftovers():
        living = record.living()
        if not options.dry_run and record.end(10.0):
            raise ClusterError("a process of it cannot be ended", where=f"cluster in {record.profile_dir}")
        told = f"{record.profile_dir} {record.cluster_id}".strip()
        numbers = ", ".join(str(proof.pid) for proof in living)
        sys.stdout.write(f"{verb} what was left of {one_line(told)}: {numbers}\n")
    if not options.dry_run:
        for record in ledger.records():
            if record.here and not record.living() and not record.owner.lives:
                ledger.remove(record.id)
    verb = "Would remove" if options.dry_run else "Removed"
    for found in clusters():
        _remove_stale(found, verb, dry_run=options.dry_run)
    if not options.dry_run:
        for folder in sweep({str(Path(record.logs).resolve()) for record in ledger.records()}):
            sys.stdout.write(f"{verb} {one_line(str(folder))}\n")
    return 0


def _remove_stale(found: Found, verb: str, *, dry_run: bool) -> None:
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
        sys.stdout.write(f"{verb} what the controller of {one_line(str(found.address))} left behind\n")
