from __future__ import annotations

import configparser
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from treadle.app import desktop
from treadle.app.cli.main import main
from treadle.core.errors import UsageError


@pytest.fixture(autouse=True)
def without_programs(monkeypatch):
    monkeypatch.setattr(desktop.shutil, "which", lambda _name: None)


def files_in(folder):
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_what_is_installed_is_a_menu_entry_an_icon_and_a_kind_of_file(tmp_path):
    desktop.install(tmp_path, Path("/opt/treadle"), lambda _text: None)
    assert files_in(tmp_path) == [
        "applications/treadle.desktop", "icons/hicolor/scalable/apps/treadle.svg", "mime/packages/treadle.xml",
    ]  # fmt: skip
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(tmp_path / "applications" / "treadle.desktop")
    assert entry["Desktop Entry"]["Exec"] == "/opt/treadle %F"
    kind = ET.parse(tmp_path / "mime" / "packages" / "treadle.xml").getroot()[0]
    assert kind.get("type") in entry["Desktop Entry"]["MimeType"]


def test_what_was_installed_is_removed_again_and_nothing_else(tmp_path):
    (tmp_path / "applications").mkdir()
    (tmp_path / "applications" / "other.desktop").touch()
    desktop.install(tmp_path, Path("/opt/treadle"), lambda _text: None)
    desktop.uninstall(tmp_path, lambda _text: None)
    assert files_in(tmp_path) == ["applications/other.desktop"]


def test_a_dry_run_names_the_files_and_writes_none(tmp_path):
    said = []
    desktop.install(tmp_path, Path("/opt/treadle"), said.append, dry_run=True)
    assert any("would write" in line and "treadle.desktop" in line for line in said)
    assert not files_in(tmp_path)


def test_a_place_with_a_space_is_quoted(tmp_path):
    desktop.install(tmp_path, Path("/opt/my programs/100%/treadle"), lambda _text: None)
    text = (tmp_path / "applications" / "treadle.desktop").read_text()
    assert 'Exec="/opt/my programs/100%%/treadle" %F' in text


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "applications").write_text("in the way")
    with pytest.raises(UsageError, match=r"treadle\.desktop.*cannot be written"):
        desktop.install(tmp_path, Path("/opt/treadle"), lambda _text: None)


def test_the_command_installs_below_the_folder_of_the_user(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("treadle.app.cli.desktop.program", lambda: Path("/opt/treadle"))
    assert main(["desktop", "install"]) == 0
    assert str(tmp_path) in capsys.readouterr().out
    assert main(["desktop", "uninstall", "--dry-run"]) == 0
    assert len(files_in(tmp_path)) == 3
