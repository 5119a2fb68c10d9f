"""A cluster is meant by its name, its profile or its id; what could mean several is asked about."""

from __future__ import annotations

import json
import os
import socket
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from treadle.app.cli.cluster_choice import meant
from treadle.core.errors import ClusterError, UsageError
from treadle.schemes.ipython.ledger import Ledger
from treadle.schemes.ipython.profiles import choose, create

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return tmp_path / "ipython"


def write_connection(profile: str, cluster_id: str = "", registration: int = 1) -> None:
    """Write what a controller leaves behind that was killed, or one that listens at a port."""
    facts = dict.fromkeys(("key", "signature_scheme", "pack", "unpack", "task_scheme"), "")
    facts |= {"interface": "tcp://127.0.0.1", "registration": registration, "location": os.uname().nodename}
    name = f"ipcontroller-{cluster_id}-client.json" if cluster_id else "ipcontroller-client.json"
    (profile_of(profile) / "security" / name).write_text(json.dumps(facts))


def profile_of(name: str) -> Path:
    try:
        return create(name)
    except UsageError as error:
        return Path(error.where)


def options(cluster: str = "", profile: str = "", cluster_id: str | None = None) -> Namespace:
    return Namespace(cluster=cluster, profile=profile, cluster_id=cluster_id)


def test_a_name_that_one_cluster_has_is_enough_in_whichever_profile_it_is() -> None:
    write_connection("night", "lab")
    assert str(meant(options("lab"))) == "night:lab"
    assert str(meant(options(cluster_id="lab"))) == "night:lab"


def test_a_cluster_of_which_only_the_ledger_knows_is_found(home: Path, tmp_path: Path) -> None:
    Ledger().open(profile_of("night"), "slow", "local", tmp_path / "logs")
    assert str(meant(options("slow"))) == "night:slow"


def test_a_name_as_it_is_listed_means_that_cluster() -> None:
    write_connection("lab")
    write_connection("lab", "lab")
    write_connection("night", "lab")
    assert str(meant(options("lab"))) == "lab"
    assert str(meant(options("lab:lab"))) == "lab:lab"
    assert str(meant(options("night:lab"))) == "night:lab"
    assert str(meant(options("lab", profile="night"))) == "night:lab"


def test_of_several_clusters_of_one_id_it_is_said_which_profiles_have_one() -> None:
    write_connection("day", "lab")
    write_connection("night", "lab")
    for asked in (options("lab"), options(cluster_id="lab")):
        with pytest.raises(ClusterError, match=r"have a cluster 'lab': day, night\. Name one: --profile"):
            meant(asked)
    assert str(meant(options("lab", profile="day"))) == "day:lab"


def test_an_id_means_the_cluster_of_the_chosen_profile_if_that_has_one() -> None:
    write_connection("default", "lab")
    write_connection("night", "lab")
    assert str(meant(options(cluster_id="lab"))) == "default:lab"
    choose("night")
    assert str(meant(options(cluster_id="lab"))) == "night:lab"


def test_the_name_of_a_profile_means_what_runs_in_it_also_if_that_is_nothing() -> None:
    profile_of("night")
    assert str(meant(options("night"))) == "night"
    assert str(meant(options("night:gone"))) == "night:gone"


def test_a_name_that_no_cluster_has_is_said_with_the_one_that_was_meant() -> None:
    with pytest.raises(ClusterError, match=r"there is no cluster 'lab'\. Start one with `treadle cluster start`"):
        meant(options("lab"))
    write_connection("night", "lab")
    with pytest.raises(ClusterError, match=r"there is no cluster 'labb'. Did you mean 'lab'\?"):
        meant(options("labb"))
    with pytest.raises(ClusterError, match=r"there is no cluster 'xyz'\. Known: lab, night:lab"):
        meant(options("xyz"))


def test_a_cluster_that_has_gone_is_that_of_the_chosen_profile() -> None:
    profile_of("night")
    assert str(meant(options("lab"), gone=True)) == "default:lab"
    assert str(meant(options("night"), gone=True)) == "night"


def test_a_cluster_is_not_named_twice() -> None:
    with pytest.raises(UsageError, match="named twice: 'lab' and --cluster-id night"):
        meant(options("lab", cluster_id="night"))


@pytest.mark.parametrize("command", ["stop", "info", "test"])
def test_the_command_line_takes_the_name(treadle: Callable, command: str) -> None:
    write_connection("night", "lab")
    told = treadle("cluster", command, "lab")
    assert (told.code, told.err.startswith("treadle: cluster night:lab: nobody answers")) == (1, True)


def test_to_stop_what_does_not_run_tells_what_does(treadle: Callable) -> None:
    assert treadle("cluster", "stop").err == "treadle: cluster default: it does not run. No cluster runs\n"
    with socket.create_server(("127.0.0.1", 0)) as controller:
        write_connection("night", "lab", registration=controller.getsockname()[1])
        assert treadle("cluster", "stop").err == "treadle: cluster default: it does not run. These run: night:lab\n"


def test_the_profile_may_be_named_before_what_is_done_to_engines(treadle: Callable) -> None:
    write_connection("night")
    told = treadle("cluster", "engines", "--profile", "night", "interrupt", "all")
    assert told.err.startswith("treadle: cluster night: nobody answers")
