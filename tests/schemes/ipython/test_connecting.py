from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from treadle.core.errors import ClusterError
from treadle.schemes.ipython.connecting import Address, connect, connection_file

if TYPE_CHECKING:
    from pathlib import Path

    from clusters import RealCluster


def test_a_running_cluster_answers_and_nothing_is_printed(cluster: RealCluster, capfd: pytest.CaptureFixture) -> None:
    client = connect(cluster.address, 10)
    try:
        assert len(client.ids) == 2
    finally:
        client.close()
    assert capfd.readouterr() == ("", "")


def test_the_engines_of_the_tests_cannot_import_treadle(cluster: RealCluster) -> None:
    client = connect(cluster.address, 10)
    try:
        view = client[:]
        # To wait for its output could take for ever: a client that has just connected misses some.
        view.execute("import importlib.util; found = importlib.util.find_spec('treadle')", block=False).get(10)
        assert view.pull("found is None", block=False).get(10) == [True, True]
    finally:
        client.close()


def test_a_cluster_that_was_never_started_is_told_at_once(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(ClusterError, match="it does not run"):
        connect(Address(tmp_path), 10)
    assert time.monotonic() - start < 1


def test_a_controller_that_has_gone_is_told_at_once(cluster: RealCluster, tmp_path: Path) -> None:
    import json
    import socket

    facts = json.loads(connection_file(cluster.address).read_text())
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = Address(tmp_path)
        connection_file(address).parent.mkdir()
        connection_file(address).write_text(json.dumps({**facts, "registration": unused.getsockname()[1]}))
        start = time.monotonic()
        with pytest.raises(ClusterError, match="its controller has ended"):
            connect(address, 10)
    assert time.monotonic() - start < 1


def test_a_peer_that_says_nothing_is_given_up_at_the_deadline(cluster: RealCluster, tmp_path: Path) -> None:
    import json
    import socket

    facts = json.loads(connection_file(cluster.address).read_text())
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = Address(tmp_path)
        connection_file(address).parent.mkdir()
        connection_file(address).write_text(json.dumps({**facts, "registration": silent.getsockname()[1]}))
        with pytest.raises(ClusterError, match="did not answer within"):
            connect(address, 0.5)


@pytest.mark.parametrize("text", ["", "[]", "{}", "\udc80", '{"interface": 5'])
def test_a_damaged_connection_file_is_named(tmp_path: Path, text: str) -> None:
    address = Address(tmp_path)
    connection_file(address).parent.mkdir()
    connection_file(address).write_text(text, errors="surrogateescape")
    with pytest.raises(ClusterError, match="connection file"):
        connect(address, 1)


@pytest.mark.parametrize(("location", "why"), [("192.0.2.7", "directly"), ("127.0.0.1", "has ended")])
def test_a_controller_on_the_loopback_of_another_machine_is_told_from_one_that_ended(
    cluster: RealCluster, tmp_path: Path, location: str, why: str
) -> None:
    import json

    facts = json.loads(connection_file(cluster.address).read_text())
    address = Address(tmp_path)
    connection_file(address).parent.mkdir()
    connection_file(address).write_text(json.dumps({**facts, "location": location, "registration": 1}))
    with pytest.raises(ClusterError, match=why):
        connect(address, 5)
