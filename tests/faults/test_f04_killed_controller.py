"""F4: the controller of a cluster is killed: contact is lost within seconds, nothing hangs, no orphan is left."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
from clusters import wait_until

from treadle.schemes.ipython.addresses import Address
from treadle.schemes.ipython.cluster import Cluster
from treadle.schemes.ipython.information import Inquiry
from treadle.schemes.ipython.ledger import Ledger
from treadle.schemes.ipython.profiles import create
from treadle.schemes.ipython.proof import marked

if TYPE_CHECKING:
    from pathlib import Path

    from treadle.schemes.ipython.launchers import Ended


@pytest.mark.slow
@pytest.mark.parametrize("hold", [False, True], ids=["killed", "held by a signal, then killed"])
def test_a_killed_controller_is_heard_of_and_leaves_no_orphans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hold: bool
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    address = Address(create("lab"))
    heard: list[Ended] = []
    cluster = Cluster.start(address, 1, hear=heard.append)
    try:
        (record,) = cluster.records()
        assert record.controller is not None
        everything = record.living()
        assert len(everything) > 4  # the controller, its schedulers, the engine, its nanny
        kept = cluster.client[0].apply_sync(os.getpid)
        if hold:
            os.kill(record.controller.proof.pid, signal.SIGSTOP)
            start = time.monotonic()
            assert not Inquiry(cluster).look(1.0).answers
            assert time.monotonic() - start < 5
        os.kill(record.controller.proof.pid, signal.SIGKILL)
        wait_until(lambda: any(one.role == "controller" and one.code == -9 for one in heard), 5.0)
        wait_until(lambda: not any(proof.lives for proof in everything), 6.0)
        start = time.monotonic()
        assert not Inquiry(cluster).look(1.0).answers
        assert time.monotonic() - start < 5
        assert kept == record.engines[0].proof.pid
        wait_until(lambda: Ledger().records() == [])
    finally:
        cluster.stop()
    assert marked(record.id) == []
    assert list((address.profile_dir / "security").iterdir()) == []
