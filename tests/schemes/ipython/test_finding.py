from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING

import msgspec
import pytest

from treadle.core.errors import ClusterError
from treadle.schemes.ipython.addresses import Address, connection_file
from treadle.schemes.ipython.finding import claimed, clusters, running
from treadle.schemes.ipython.ledger import Ledger, Started
from treadle.schemes.ipython.profiles import chosen
from treadle.schemes.ipython.proof import proof_of
from treadle.schemes.ipython.quiet import clusters_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def port() -> Iterator[int]:
    """A port at which somebody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def written(folder: Path, cluster_id: str, port: int, location: str = "") -> Address:
    """Write what a controller would have written."""
    address = Address(folder, cluster_id)
    facts = dict.fromkeys(("key", "signature_scheme", "pack", "unpack", "task_scheme"), "")
    facts |= {"interface": "tcp://127.0.0.1", "registration": port, "location": location or os.uname().nodename}
    for kind in ("client", "engine"):
        connection_file(address, kind).parent.mkdir(exist_ok=True)
        connection_file(address, kind).write_text(json.dumps(facts))
    return address


def test_clusters_are_found_by_what_their_controllers_wrote(tmp_path: Path, port: int) -> None:
    here, gone = written(tmp_path, "b", port), written(tmp_path, "a", 1)
    away = written(tmp_path, "c", port, "192.0.2.7")
    (tmp_path / "security" / "ipcontroller-client.json.bak").write_text("{}")
    assert [(one.address, one.answers) for one in clusters([tmp_path])] == [(gone, False), (here, True), (away, False)]


def test_the_unnamed_cluster_is_used_else_the_only_one(tmp_path: Path, port: int) -> None:
    assert running(tmp_path) is None
    only = written(tmp_path, "a", port)
    assert running(tmp_path) == only
    written(tmp_path, "b", port)
    assert running(tmp_path) is None
    unnamed = written(tmp_path, "", port)
    assert running(tmp_path) == unnamed


def test_a_cluster_that_a_program_will_end_is_used_by_no_other(tmp_path: Path, port: int) -> None:
    address = written(tmp_path, "", port)
    ledger = Ledger()
    record = ledger.open(tmp_path, "", "local", tmp_path)
    proof = proof_of(os.getpid())
    assert proof is not None
    ledger.add(record.id, Started("controller", proof))
    assert running(tmp_path) is None
    ledger.change(record.id, lambda now: msgspec.structs.replace(now, left_running=True))
    assert running(tmp_path) == address


def test_one_program_only_starts_a_cluster(tmp_path: Path) -> None:
    address = Address(tmp_path)
    with claimed(address):
        with pytest.raises(ClusterError, match="another program is just starting it"), claimed(address):
            pass
        with claimed(Address(tmp_path, "other")):
            pass
    with claimed(address):
        pass
    assert list(clusters_folder().glob("*.lock")) == []


def test_what_a_dead_controller_left_is_removed_before_a_start(tmp_path: Path) -> None:
    address = written(tmp_path, "", 1)
    with claimed(address):
        assert list((tmp_path / "security").iterdir()) == []


def test_what_runs_here_or_perhaps_elsewhere_is_not_started_again(tmp_path: Path, port: int) -> None:
    with pytest.raises(ClusterError, match="it runs already"), claimed(written(tmp_path, "", port)):
        pass
    away = written(tmp_path, "", 1, "192.0.2.7")
    with pytest.raises(ClusterError, match=r"runs, or ran, on 192.0.2.7"), claimed(away):
        pass
    assert len(list((tmp_path / "security").iterdir())) == 2


def test_a_folder_of_the_users_that_cannot_be_written_keeps_nobody_from_looking(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "state"
    blocked.write_text("not a folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))
    address = written(tmp_path, "", port)
    assert running(tmp_path) == address
    assert chosen() == "default"
    with pytest.raises(ClusterError, match="cannot be made"), claimed(Address(tmp_path, "new")):
        pass
