"""The logs of a cluster, as the window shows them: it need not run any more."""

from __future__ import annotations

from ...core import protocol as p
from ...core.errors import ClusterError
from ...schemes.ipython.logs import folders_of, last_lines, log_files
from .cluster_rows import address_of

MOST_LINES = 10_000


def logs(name: p.ClusterName, file: str = "", lines: int = 400) -> p.Logs:
    """Return the ends of the logs of a cluster: of what runs, else of the last one of its name.

    ClusterError if there are none, or none at ``file``.
    """
    folders = folders_of(address_of(name))
    found = [log for folder in folders for log in log_files(folder)]
    if file and file not in {str(log.path) for log in found}:
        # Only logs are shown, whatever else there is to read.
        raise ClusterError("it has no such log", where=file)
    count = max(0, min(lines, MOST_LINES))
    return p.Logs(
        folder=str(folders[0]),
        files=tuple(
            p.LogText(path=str(log.path), of=log.title, lines=tuple(last_lines(log.path, count)))
            for log in found
            if file in {"", str(log.path)}
        ),
    )
