"""Asking a live run from another process."""

from __future__ import annotations

import socket
import stat
import threading
from pathlib import Path

import pytest

from treadle.core.journal.control import ControlError, ControlServer, ask, remove_socket


@pytest.fixture
def server(tmp_path):
    asked = threading.Event()
    answers = {"cancel": asked.set, "state": lambda: {"state": "running"}, "broken": lambda: 1 / 0}
    server = ControlServer(tmp_path, "demo", answers)
    server.asked = asked
    yield server
    server.close()


def test_a_run_that_is_asked_to_cancel_does_and_says_so(server):
    assert ask(server.path, "cancel") == {"ok": True}
    assert server.asked.is_set()


def test_an_answer_carries_what_was_asked_for(server):
    assert ask(server.path, "state") == {"ok": True, "state": "running"}


@pytest.mark.parametrize("question", ["", "explode", "__class__"])
def test_what_cannot_be_asked_is_refused_with_what_can(server, question):
    with pytest.raises(ControlError, match="cannot be asked; Known: broken, cancel, state"):
        ask(server.path, question)


def test_an_answer_that_fails_does_not_end_the_server(server):
    with pytest.raises(ControlError, match="division by zero"):
        ask(server.path, "broken")
    assert ask(server.path, "state")["state"] == "running"


@pytest.mark.parametrize(
    "sent", [b"\n", b"{}\n", b"[1]\n", b'{"ask": {}}\n', b"\xff\xfe\n", b"x" * 10_000, b"[" * 4000 + b"\n"]
)
def test_nonsense_does_not_end_the_server(server, sent):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(server.path)
        client.sendall(sent)
    assert ask(server.path, "state")["state"] == "running"


def test_a_client_that_says_nothing_does_not_hold_up_others(server, monkeypatch):
    monkeypatch.setattr("treadle.core.journal.control.CLIENT_SECONDS", 0.2)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(server.path)
        assert ask(server.path, "state")["state"] == "running"


def test_only_the_user_can_reach_the_socket_and_it_goes_with_the_server(server):
    path = Path(server.path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    server.close()
    assert not path.exists()
    server.close()


def test_where_the_path_is_too_long_for_a_socket_a_short_one_is_made(tmp_path):
    folder = tmp_path / ("x" * 120)
    server = ControlServer(folder, "demo", {"state": lambda: {"state": "running"}})
    path = Path(server.path)
    try:
        assert len(server.path) < 104
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert ask(server.path, "state")["state"] == "running"
    finally:
        server.close()
    assert not path.parent.exists()


def test_nobody_there_is_told(tmp_path):
    with pytest.raises(ControlError, match="does not answer"):
        ask(str(tmp_path / "none.sock"), "cancel")


def test_only_sockets_are_removed(tmp_path):
    (tmp_path / "file").write_text("precious")
    remove_socket(tmp_path / "file")
    remove_socket(tmp_path / "none")
    assert (tmp_path / "file").exists()


def test_no_thread_is_left_behind(tmp_path):
    before = threading.active_count()
    for number in range(20):
        ControlServer(tmp_path, f"run-{number}", {}).close()
    assert threading.active_count() == before
    assert list(tmp_path.iterdir()) == []
