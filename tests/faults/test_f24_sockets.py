"""F24: what listens while a cluster runs is reached from this machine only, and of no use without the key."""

from __future__ import annotations

import json
import os
import random
import socket
import time
from typing import TYPE_CHECKING

import ipyparallel as ipp
import psutil
import pytest
import zmq

from treadle.schemes.ipython.addresses import Address, connection_file
from treadle.schemes.ipython.cluster import Cluster
from treadle.schemes.ipython.profiles import create

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("f24")
        patch.setenv("IPYTHONDIR", str(home / "ipython"))
        patch.setenv("XDG_STATE_HOME", str(home / "state"))
        cluster = Cluster.start(Address(create("lab")), 1)
        yield cluster
        cluster.stop()


@pytest.fixture(autouse=True)
def state_of_cluster(started: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(started.address.profile_dir.parents[1] / "state"))


def listening(cluster: Cluster) -> list[tuple[str, int]]:
    (record,) = cluster.records()
    found = []
    for proof in record.living():
        connections = psutil.Process(proof.pid).net_connections("inet")
        found += [(one.laddr.ip, one.laddr.port) for one in connections if one.status == psutil.CONN_LISTEN]
    return sorted(set(found))


def still_works(cluster: Cluster) -> None:
    assert cluster.client[0].apply_async(os.getpid).get(10) == cluster.client[0].apply_async(os.getpid).get(10)


def test_only_the_loopback_is_listened_on(started: Cluster) -> None:
    sockets = listening(started)
    assert len(sockets) > 10
    assert {host for host, _ in sockets} == {"127.0.0.1"}


def test_a_client_without_the_key_gets_nothing(started: Cluster, tmp_path: Path) -> None:
    facts = json.loads(connection_file(started.address).read_text())
    assert facts["curve_serverkey"]
    plain = tmp_path / "plain.json"
    plain.write_text(json.dumps({**facts, "curve_serverkey": None}))
    with pytest.raises(TimeoutError):
        ipp.Client(str(plain), timeout=1)
    other, _ = zmq.curve_keypair()
    plain.write_text(json.dumps({**facts, "curve_serverkey": other.decode()}))
    with pytest.raises(TimeoutError):
        ipp.Client(str(plain), timeout=1)
    still_works(started)


def test_the_key_is_readable_by_the_user_alone_and_in_no_command_line(started: Cluster) -> None:
    security = started.address.profile_dir / "security"
    assert security.stat().st_mode & 0o077 == 0
    facts = json.loads(connection_file(started.address).read_text())
    for kind in ("client", "engine"):
        assert connection_file(started.address, kind).stat().st_mode & 0o777 == 0o600
    (record,) = started.records()
    for proof in record.living():
        assert facts["curve_serverkey"] not in proof.command


def test_random_bytes_and_slow_clients_do_no_harm(started: Cluster) -> None:
    noise = random.Random(4)
    greeting = b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00CURVE" + bytes(48)
    slow = []
    for _, port in listening(started):
        for start in (b"", greeting):
            sock = socket.create_connection(("127.0.0.1", port), 5)
            sock.sendall(start + noise.randbytes(2000))
            sock.close()
        slow.append(socket.create_connection(("127.0.0.1", port), 5))
        slow[-1].sendall(b"\xff")
    start = time.monotonic()
    still_works(started)
    assert time.monotonic() - start < 10
    for sock in slow:
        sock.close()
    still_works(started)
    (record,) = started.records()
    assert all(one.proof.lives for one in record.processes)
