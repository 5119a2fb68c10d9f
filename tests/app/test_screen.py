from __future__ import annotations

import pytest

from treadle.app import screen
from treadle.core.errors import UsageError


def lacking(*missing):
    def load(library):
        if library in missing:
            raise OSError(f"{library}: cannot open shared object file")

    return load


def test_a_library_that_is_missing_is_told_as_the_line_that_installs_it():
    packages = screen.missing_packages(lacking("libEGL.so.1", "libxcb-cursor.so.0"))
    assert screen.install_line(packages) == "sudo apt-get install libegl1 libxcb-cursor0"


def test_nothing_is_missing_where_all_is_there():
    assert screen.missing_packages(lacking()) == []


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
def test_any_screen_will_do(name):
    assert screen.has_display({name: ":1"})
    assert not screen.has_display({name: ""})


def test_without_a_screen_the_terminal_is_offered(monkeypatch):
    monkeypatch.setattr(screen, "has_display", lambda: False)
    with pytest.raises(UsageError, match="treadle run FILE"):
        screen.require_screen()


def test_make_run_installs_what_is_missing_only_as_root(monkeypatch, capsys):
    installed = []
    monkeypatch.setattr(screen, "has_display", lambda: True)
    monkeypatch.setattr(screen, "missing_packages", lambda: [] if installed else ["libegl1"])
    monkeypatch.setattr(screen, "_install", installed.extend)
    monkeypatch.setattr(screen.os, "geteuid", lambda: 1000)
    assert screen.main() == 1
    assert "sudo apt-get install libegl1" in capsys.readouterr().out
    monkeypatch.setattr(screen.os, "geteuid", lambda: 0)
    assert screen.main() == 0
    assert installed == ["libegl1"]
