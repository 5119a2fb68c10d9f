"""`treadle cluster test`: checks each engine, and says versions, shared files and speed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

from ...core.errors import ClusterError
from .cluster_choice import attached, print_json
from .text import columns, line_width, one_line, size, styled

if TYPE_CHECKING:
    from argparse import Namespace

    from ...schemes.ipython.checking import Checked

_HEADS = ("engine", "host", "Python", "cloudpickle", "numpy", "shared files", "a call", "per second", "trouble")


def test_command(options: Namespace) -> int:
    """Check the engines; exit code 1 if one failed."""
    from ...schemes.ipython.checking import check

    cluster = attached(options)
    try:
        checked = check(cluster)
    finally:
        cluster.close()
    if not checked:
        raise ClusterError("it has no engines", where=f"cluster {cluster.address}")
    if options.json:
        print_json(msgspec.to_builtins(checked))
    else:
        for line in columns([_HEADS, *map(_row, checked)], right={6, 7}, width=line_width(), shrink=8, keep_end=False):
            sys.stdout.write(f"{line.rstrip()}\n")
        bad = sum(bool(one.trouble) for one in checked)
        mark = styled("✗", "red") if bad else styled("✓", "green")
        sys.stdout.write(f"{mark} {len(checked) - bad} of {len(checked)} engines passed\n")
    return 1 if any(one.trouble for one in checked) else 0


def _row(one: Checked) -> tuple[str, ...]:
    return (
        str(one.engine),
        one_line(one.host),
        one.python,
        one.cloudpickle or "none",
        one.numpy or "none",
        "yes" if one.shared_files else "no",
        f"{one.seconds * 1000:.0f} ms" if one.seconds else "",
        size(int(one.bytes_per_second)) if one.bytes_per_second else "",
        one_line(one.trouble),
    )
