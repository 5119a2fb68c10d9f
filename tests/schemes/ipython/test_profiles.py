from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from full_disks import room_for

from treadle.core.errors import ClusterError, UsageError
from treadle.schemes.ipython.profiles import choose, chosen, create, duplicate, profile_folder, profiles

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return tmp_path / "ipython"


def test_the_default_profile_is_made_when_it_is_wanted(home: Path) -> None:
    assert profiles() == []
    assert profile_folder() == home / "profile_default"
    assert [profile.name for profile in profiles()] == ["default"]
    assert (home / "profile_default" / "security").stat().st_mode & 0o777 == 0o700


def test_a_profile_that_is_not_there_is_named_with_the_one_that_was_meant() -> None:
    create("cluster")
    with pytest.raises(UsageError, match=r"no IPython profile 'clusster'.*Did you mean 'cluster'\?"):
        profile_folder("clusster")


def test_a_copy_has_the_settings_and_none_of_the_clusters(home: Path) -> None:
    original = create("pbs")
    (original / "ipcluster_config.py").write_text("c.Cluster.n = 7\n")
    (original / "startup" / "first.py").write_text("x = 1\n")
    (original / "startup" / "log").mkdir()
    (original / "security" / "ipcontroller-client.json").write_text("{}")
    (original / "history.sqlite").write_text("x")
    copy = duplicate("pbs", "pbs2")
    assert (copy / "ipcluster_config.py").read_text() == "c.Cluster.n = 7\n"
    assert (copy / "startup" / "first.py").exists()
    assert (copy / "startup" / "log").exists()
    assert not list((copy / "security").iterdir())
    assert not (copy / "history.sqlite").exists()
    assert [(profile.name, profile.configured) for profile in profiles()] == [("pbs", True), ("pbs2", True)]


def test_what_was_chosen_is_used_by_all_programs_that_come_later() -> None:
    assert chosen() == "default"
    create("lab")
    assert choose("lab") == profile_folder()
    assert chosen() == "lab"
    with pytest.raises(UsageError):
        choose("bal")
    assert chosen() == "lab"


def test_a_choice_that_cannot_be_kept_is_told_with_its_place_and_the_one_before_holds() -> None:
    create("lab")
    create("night")
    choose("lab")
    with room_for(0), pytest.raises(ClusterError, match="/profile: the choice cannot be kept: File too large"):
        choose("night")
    assert chosen() == "lab"


@pytest.mark.parametrize("name", ["../x", "", "a/b", "-rf", "a b", "x" * 200, "a\0"])
def test_a_name_never_leaves_the_folder_of_profiles(name: str) -> None:
    with pytest.raises(UsageError, match="name of a profile"):
        create(name)


def test_an_existing_profile_is_never_written_to() -> None:
    folder = create("mine")
    before = sorted(folder.rglob("*"))
    with pytest.raises(UsageError, match="already"):
        create("mine")
    with pytest.raises(UsageError, match="already"):
        duplicate("mine", "mine")
    assert sorted(folder.rglob("*")) == before
