"""The arguments of `treadle cluster`."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[Any]

_JSON = "print one JSON document"
_NEW = "what the new one is to be called"


def add_cluster(commands: Commands) -> None:
    """Add `cluster` and all it can be asked."""
    cluster = commands.add_parser("cluster", help="start, use, watch and stop IPython clusters", usual="list")
    asks = cluster.add_subparsers(dest="ask", metavar="COMMAND")
    _add_start(_ask(asks, "start", "start a controller and engines, and leave them running", json=True))
    stop = _named(_ask(asks, "stop", "end what Treadle started of a cluster"))
    stop.add_argument("--all", action="store_true", help="also a controller and engines that others started")
    listed = asks.add_parser("list", help="list the clusters of all profiles")
    listed.add_argument("--json", action="store_true", help=_JSON)
    _named(_ask(asks, "info", "tell of a cluster and of each of its engines", json=True))
    _add_engines(asks)
    _add_exec(_ask(asks, "exec", "run a statement on engines, and show what each says", json=True))
    _add_logs(_named(_ask(asks, "logs", "show what a controller and engines wrote")))
    _named(_ask(asks, "test", "check each engine: versions, shared files, speed", json=True))
    _add_profiles(asks)
    clean = asks.add_parser("clean", help="end what was left behind, and remove old logs")
    clean.add_argument("--dry-run", action="store_true", help="only say what would be done")


def _ask(asks: Commands, name: str, about: str, *, json: bool = False, inner: bool = False) -> ArgumentParser:
    """Add a command about one cluster; an ``inner`` one leaves what was said before its name as it is."""
    made: ArgumentParser = asks.add_parser(name, help=about)
    profile, cluster = (argparse.SUPPRESS, argparse.SUPPRESS) if inner else ("", None)
    made.add_argument("--profile", metavar="NAME", default=profile, help="the IPython profile (default: the chosen)")
    made.add_argument("--cluster-id", metavar="ID", default=cluster, help="which cluster of the profile")
    if json:
        made.add_argument("--json", action="store_true", help=_JSON)
    return made


def _named(made: ArgumentParser) -> ArgumentParser:
    """Let a cluster also be named as it is listed."""
    made.add_argument(
        "cluster", metavar="NAME", nargs="?", default="", help="as `treadle cluster list` shows it, or its id"
    )
    return made


def _add_start(start: ArgumentParser) -> None:
    start.add_argument("--config", metavar="FILE", help="a TOML file with [clusters.NAME]")
    start.add_argument("--name", metavar="NAME", default="", help="which cluster of FILE")
    start.add_argument("--num-engines", type=_count, metavar="N", help="engines per host (default: one for each core)")
    start.add_argument("--launcher", metavar="NAME", help="how to start them: local (default)")
    start.add_argument("--logdir", metavar="DIR", help="where the logs go (default: a new folder of the user's)")
    start.add_argument("--deadline", type=_seconds, metavar="SECONDS", help="how long it may take (default: 60)")


def _add_engines(asks: Commands) -> None:
    engines = _ask(asks, "engines", "list, add, interrupt, restart, stop and kill engines")
    does = engines.add_subparsers(dest="deed", metavar="COMMAND")
    add = _ask(does, "add", "start more engines here, also for a cluster of somebody else", inner=True)
    add.add_argument("count", type=_some, metavar="N", help="how many")
    add.add_argument("--logdir", metavar="DIR", help="where the logs go")
    for name, about in (
        ("interrupt", "interrupt what they execute, as Ctrl-C does"),
        ("restart", "replace them by fresh ones"),
        ("stop", "end them when they can"),
        ("kill", "end them at once"),
    ):
        _ask(does, name, about, inner=True).add_argument(
            "engines", nargs="+", type=_engine, metavar="ENGINE", help="number, or: all"
        )


def _add_exec(made: ArgumentParser) -> None:
    made.add_argument("statement", metavar="STATEMENT", help="Python code")
    chosen = made.add_mutually_exclusive_group()
    chosen.add_argument("--engines", type=_numbers, metavar="0,2", help="only on these engines")
    chosen.add_argument("--hosts", type=_names, metavar="A,B", help="only on the engines of these hosts")
    made.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="interrupt it after so long")


def _add_logs(made: ArgumentParser) -> None:
    made.add_argument("-f", "--follow", action="store_true", help="go on showing what is written, until Ctrl-C")
    made.add_argument("--engine", type=_count, metavar="N", help="only of this engine")
    made.add_argument("-n", "--lines", type=_count, default=20, metavar="N", help="the last N lines of each (20)")


def _add_profiles(asks: Commands) -> None:
    profiles = asks.add_parser("profiles", help="list, make, copy and choose IPython profiles", usual="list")
    does = profiles.add_subparsers(dest="deed", metavar="COMMAND")
    does.add_parser("list", help="list them").add_argument("--json", action="store_true", help=_JSON)
    create = does.add_parser("create", help="make one without settings")
    create.add_argument("name", metavar="NAME", help=_NEW)
    copy = does.add_parser("copy", help="make one with the settings of another")
    copy.add_argument("source", metavar="FROM", help="one that there is")
    copy.add_argument("name", metavar="NAME", help=_NEW)
    use = does.add_parser("use", help="use it where none is named")
    use.add_argument("name", metavar="NAME", help="one that there is")


def _some(text: str) -> int:
    if not (count := _count(text)):
        raise argparse.ArgumentTypeError("there is nothing to add with 0")
    return count


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 5:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 on")
    return int(text)


def _engine(text: str) -> int | None:
    return None if text == "all" else _count(text)


def _numbers(text: str) -> list[int]:
    return [_count(part.strip()) for part in text.split(",")]


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return seconds
