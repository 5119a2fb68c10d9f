"""One cluster of two engines for all tests that may kill them: dead ones are replaced before the next test."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from clusters import RealCluster, wait_until

from treadle.schemes.ipython.connecting import connect
from treadle.schemes.ipython.nobody import Ours
from treadle.schemes.ipython.scheme import IPythonScheme

ENGINES = 2
_made: list[RealCluster] = []


def running_cluster(engines: int = ENGINES) -> RealCluster:
    """Return the cluster, with so many living engines; they cannot import Treadle."""
    if not _made or _made[0].controller.poll() is not None:
        end_cluster()
        _made[:] = [RealCluster(Path(tempfile.mkdtemp(prefix="treadle-test-cluster-")))]
    cluster = _made[0]
    # One that was just killed may look alive for a moment.
    registered = _registered(cluster)
    wait_until(lambda: sum(one.poll() is None for one in cluster.engines) <= registered)
    cluster.engines[:] = [one for one in cluster.engines if one.poll() is None]
    if len(cluster.engines) < engines:
        cluster.add_engines(engines - len(cluster.engines))
    return cluster


def _registered(cluster: RealCluster) -> int:
    client = connect(cluster.address, 10.0)
    try:
        return len(client.ids)
    finally:
        client.close()


def scheme_on(cluster: RealCluster, files: Path, **options: Any) -> IPythonScheme:
    """Return a scheme that knows how the engines of a cluster end: they are children of this process."""

    def status(_host: str, pid: int) -> int | None:
        code = next((one.poll() for one in cluster.engines if one.pid == pid), None)
        if code is None:
            return None
        return code << 8 if code >= 0 else -code

    return IPythonScheme(files, cluster.address, ours=Ours(status), **options)


def engines_scheme(files: Path) -> IPythonScheme:
    """Return a scheme on the cluster of this process; IPython tells its engines of another terminal than ours."""
    return scheme_on(running_cluster(), files, environment={"TERM": os.environ.get("TERM", "")})


def end_cluster() -> None:
    """End the cluster, if there is one."""
    while _made:
        cluster = _made.pop()
        cluster.close()
        shutil.rmtree(cluster.folder, ignore_errors=True)
