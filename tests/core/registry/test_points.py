from __future__ import annotations

import sys
import zipfile

import pytest
from distributions import install

from treadle.core.registry.points import entry_points, package_of, stamp_of

GROUP = "treadle.schemes"


def names(*folders):
    return [point.name for point, _ in entry_points(GROUP, [str(folder) for folder in folders])]


@pytest.fixture
def site(tmp_path):
    install(tmp_path, "one", "raise SystemExit", points={"first": "one:a", "second": "one:b"}, group=GROUP)
    return tmp_path


def test_what_is_offered_is_found_without_importing_it(site):
    assert names(site) == ["first", "second"]
    assert "one" not in sys.modules


def test_what_is_found_twice_is_told_once(site):
    assert names(site, site) == ["first", "second"]


def test_other_groups_folders_that_are_not_there_and_odd_entries_offer_nothing(tmp_path):
    install(tmp_path, "other", "")
    assert names(tmp_path, tmp_path / "nowhere", "") == []


def test_a_distribution_in_development_offers_too(tmp_path):
    folder = tmp_path / "mine.egg-info"
    folder.mkdir()
    (folder / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(f"[{GROUP}]\nmine = mine:make\n")
    assert names(tmp_path) == ["mine"]


def test_one_in_an_archive_offers_too(tmp_path):
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.writestr("packed-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: packed\nVersion: 1.0\n")
        archive.writestr("packed-1.0.dist-info/entry_points.txt", f"[{GROUP}]\npacked = packed:make\n")
    assert names(tmp_path / "packed.zip") == ["packed"]


def test_metadata_that_cannot_be_read_hides_no_other(site):
    broken = site / "broken-1.0.dist-info"
    broken.mkdir()
    (broken / "entry_points.txt").write_bytes(f"[{GROUP}]\n".encode() + b"\xff\xfe=\n===\nx\n")
    assert names(site) == ["first", "second"]


def test_a_stamp_is_that_of_the_version_and_none_of_what_is_edited(site):
    ((point, distribution), _) = entry_points(GROUP, [str(site)])
    assert stamp_of(point, distribution) == "one 1.0 one:a"
    (site / "one-1.0.dist-info" / "direct_url.json").write_text('{"dir_info": {"editable": true}, "url": "file:///x"}')
    assert stamp_of(point, distribution) == ""
    assert package_of("pack.part:name") == "pack"
