from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from treadle.core.errors import UsageError
from treadle.schemes.ipython.definitions import Definition, read_definition

if TYPE_CHECKING:
    from pathlib import Path


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "clusters.toml"
    path.write_text(text)
    return path


def test_what_is_given_counts_more_than_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "s3cret")
    text = '[clusters.lab]\nengines = 4\nprofile = "lab"\nenv = { A = "1", B = "${env:TOKEN}" }\n'
    definition = read_definition(written(tmp_path, text)).with_given(engines=2, profile=None, env={"A": "2"})
    assert (definition.engines, definition.profile) == (2, "lab")
    assert definition.environment() == {"A": "2", "B": "s3cret"}


def test_one_of_several_has_to_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, "[clusters.a]\nengines = 1\n[clusters.b]\nengines = 2\n")
    assert read_definition(path, "b").engines == 2
    with pytest.raises(UsageError, match=r"several clusters. Name one: a, b"):
        read_definition(path)
    with pytest.raises(UsageError, match="no cluster 'c'"):
        read_definition(path, "c")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[clusters.a]\nengins = 1\n", r"no setting 'engins'. Did you mean 'engines'\?"),
        ('[clusters.a]\nlauncher = "locl"\n', r"no launcher 'locl'. Did you mean 'local'\?"),
        ('[clusters.a]\nengines = "two"\n', "engines: expected int, got str"),
        ("[clusters.a]\nengines = -1\n", "number of engines cannot be -1"),
        ('[clusters.a]\ncluster_id = "../b"\n', "cannot be the name of a cluster"),
        ("[clusters.a]\ndeadline = 0\n", "deadline must be"),
        ("[clusters]\na = 1\n", "Expected `object`|expected object"),
        ("x = 1\n", "defines no cluster"),
        ("x = \n", "not TOML"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError, match=why) as raised:
        read_definition(path)
    assert str(path) in raised.value.where


def test_a_reference_to_what_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOWHERE", raising=False)
    definition = Definition().with_given(env={"A": "${env:NOWHERE}"})
    with pytest.raises(UsageError, match="NOWHERE is not set here"):
        definition.environment()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_definition(tmp_path / "none.toml")
    assert read_definition({"engines": 3}).engines == 3
    assert read_definition(None) == Definition()
