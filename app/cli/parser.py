"""The arguments of `treadle`; an unknown one is an error with a suggestion."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any, NoReturn

from ...core.errors import UsageError, suggestion
from ...core.run.ordering import ALL_ORDERS
from ...core.run.selection import PREFERENCE
from ..schemes import SCHEMES, is_scheme, scheme_names
from .cluster_parser import add_cluster

_SCHEMES = ", ".join(SCHEMES)


class Parser(argparse.ArgumentParser):
    """A parser that raises UsageError, with the option that was probably meant.

    ``usual`` is the command that is meant where none is named.
    """

    def __init__(self, *, usual: str = "", **facts: Any) -> None:
        super().__init__(allow_abbrev=False, **facts)
        self._usual = usual
        self.register("action", "parsers", _Commands)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError in place of printing and leaving."""
        unknown = re.match(r"unrecognized arguments: (\S+)", message)
        if unknown and (not unknown.group(1).startswith("-") or unknown.group(1) in self._option_string_actions):
            # What comes behind `--` is no option.
            raise UsageError(f"{unknown.group(1)!r} is one argument too many", remedy=f"See: {self.prog} --help")
        if unknown:
            word = unknown.group(1).partition("=")[0]
            raise UsageError(f"there is no option {word!r}", remedy=suggestion(word, self._option_string_actions))
        choice = re.match(r"argument (.*?): invalid choice: '(.*?)' \(choose from (.*)\)", message)
        if choice:
            known = [name.strip(" '") for name in choice.group(3).split(",")]
            what = "command" if choice.group(1) == "COMMAND" else f"value for {choice.group(1)}:"
            raise UsageError(f"there is no {what} {choice.group(2)!r}", remedy=suggestion(choice.group(2), known))
        raise UsageError(message, remedy=f"See: {self.prog} --help")

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        """Refuse what is left over here, where the sub-command's own options are known."""
        if self._usual and args is not None and (not args or (args[0][:1] == "-" and args[0] not in {"-h", "--help"})):
            args = [self._usual, *args]
        found, rest = super().parse_known_args(args, namespace)
        # The outermost parser comes last: a run that is detached is given the same command line.
        found.arguments = list(args) if args is not None else []
        if rest:
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return found, rest


class _Commands(argparse._SubParsersAction):  # type: ignore[type-arg]
    """Commands that say also in their own help what they do."""

    def add_parser(self, name: str, **facts: Any) -> Parser:
        """Add one; its ``help`` is what the list of commands tells of it."""
        about = facts["help"]
        made: Parser = super().add_parser(name, description=f"{about[:1].upper()}{about[1:]}.", **facts)
        return made


def build_parser(version: str) -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog="treadle",
        usage="%(prog)s [FILE ...]\n       %(prog)s COMMAND [OPTION ...]",
        description="Pipelines of Python functions, run in parallel. Without a command, the window opens.",
        epilog="More of a command: %(prog)s COMMAND --help",
    )
    parser.add_argument("--version", action="version", version=f"treadle {version}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", prog="treadle")
    _add_run(commands)
    _add_others(commands)
    _add_runs(commands)
    _add_cache(commands)
    add_cluster(commands)
    _add_desktop(commands)
    return parser


def files_to_open(arguments: list[str]) -> list[Path] | None:
    """Return the files that the window shall open; None if this is a command, or nothing that could be a file."""
    if any(argument.startswith("-") for argument in arguments):
        return None
    files = [Path(argument) for argument in arguments]
    named = ("/" in argument or argument.endswith(".treadle") or Path(argument).is_file() for argument in arguments)
    return files if all(named) else None


def _add_run(commands: argparse._SubParsersAction[Parser]) -> None:
    run = commands.add_parser("run", help="run a pipeline file")
    run.add_argument("file", metavar="FILE", help="a pipeline, *.treadle")
    run.add_argument(
        "-x", "--scheme", default="auto", help=f"how to execute: auto (default), {_SCHEMES}, or a scheme of a plug-in"
    )
    run.add_argument(
        "--prefer",
        type=_preference,
        default=(),
        metavar="SCHEMES",
        help=f"the schemes that may be used, the dearest first, with commas (default: {','.join(PREFERENCE)})",
    )
    run.add_argument("--n-procs", type=_positive_int, metavar="N", help="cores the run may use (default: all)")
    run.add_argument("--memory-gb", type=_positive, metavar="G", help="memory the run may use (default: 90 %%)")
    run.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NODE.PARAM=VALUE",
        help="set a parameter; VALUE is JSON or text",
    )
    run.add_argument("--until", action="append", default=[], metavar="NODE", help="run only what NODE needs, and NODE")
    run.add_argument("--order", choices=sorted(ALL_ORDERS), default="critical-path", help="which task starts first")
    run.add_argument(
        "--on-error",
        choices=["continue", "stop", "abort"],
        default="continue",
        help="after a failure: go on with the rest (default), start nothing new, or also end what runs",
    )
    run.add_argument("--retries", type=_count, default=0, metavar="N", help="try a task again if its module fails")
    run.add_argument("--resume", action="store_true", help="go on with the last run of FILE: redo only what it lacks")
    cache = run.add_mutually_exclusive_group()
    cache.add_argument("--cache", metavar="DIR", help="keep results in DIR (default: the user's own folder)")
    cache.add_argument("--no-cache", action="store_true", help="use no earlier results and keep none")
    _add_manner(run)


def _add_manner(run: Parser) -> None:
    """Add how a run is begun, and what it leaves and tells."""
    run.add_argument("--dry-run", action="store_true", help="show what would run; execute and import nothing")
    run.add_argument("--trust", action="store_true", help="run the code that the file holds, this time")
    run.add_argument("--detach", action="store_true", help="let it run on its own, also when the terminal is closed")
    run.add_argument("--output", metavar="DIR", help="write the results of the last nodes into DIR")
    run.add_argument("--report", metavar="OUT.html", help="write a report of the run, one HTML file")
    run.add_argument("--json", action="store_true", help="print one JSON document in place of the display")
    run.add_argument("-v", "--verbose", action="store_true", help="say for each task what it does, where and why")


def _add_others(commands: argparse._SubParsersAction[Parser]) -> None:
    check = commands.add_parser("check", help="say what is wrong with a pipeline file")
    check.add_argument("file", metavar="FILE", help="a pipeline, *.treadle")
    check.add_argument(
        "--import",
        dest="imports",
        action="store_true",
        help="also import the modules and compare their ports",
    )
    modules = commands.add_parser("modules", help="list the modules that can be placed")
    modules.add_argument("word", metavar="WORD", nargs="?", default="", help="a word, or an import path to describe")
    commands.add_parser("plugins", help="list what plug-ins offer, and what of it is broken")
    examples = commands.add_parser("examples", help="list the examples with their files")
    examples.add_argument("name", metavar="NAME", nargs="?", default="", help="say only the file of this one")
    trust = commands.add_parser("trust", help="let a pipeline file run the code it holds")
    trust.add_argument("file", metavar="FILE", help="a pipeline, *.treadle")
    commands.add_parser("runner", help="serve a window at standard input and output")


def _add_desktop(commands: argparse._SubParsersAction[Parser]) -> None:
    desktop = commands.add_parser("desktop", help="put Treadle into the menu of the desktop")
    asks = desktop.add_subparsers(dest="ask", metavar="COMMAND", required=True)
    for name, about in (
        ("install", "add Treadle to the menu, and open *.treadle with it"),
        ("uninstall", "take it out again"),
    ):
        ask = asks.add_parser(name, help=about)
        ask.add_argument("--dry-run", action="store_true", help="only say what would be written or removed")


def _add_runs(commands: argparse._SubParsersAction[Parser]) -> None:
    runs = commands.add_parser("runs", help="list, show, follow, compare and remove runs", usual="list")
    asks = runs.add_subparsers(dest="ask", metavar="COMMAND")

    def add(name: str, about: str, *, run: str = "RUN", json: bool = False) -> Parser:
        made = asks.add_parser(name, help=about)
        if run:
            made.add_argument("run", metavar=run, help="its id, what alone begins so, or: last")
        if json:
            made.add_argument("--json", action="store_true", help="print one JSON document")
        return made

    add("list", "list the runs that were kept, the newest first", run="", json=True)
    show = add("show", "tell of a run, its nodes and failures", json=True)
    show.add_argument("--task", metavar="TASK", default="", help="tell of this task: where it ran, its log, its cause")
    show.add_argument("--pictures", action="store_true", help="with --task and --json: also the data of small pictures")
    add("follow", "show a run that goes on, until it ends")
    report = add("report", "write a run as one HTML file")
    report.add_argument("-o", "--output", metavar="OUT.html", help="the file (default: the id of the run)")
    compare = add("compare", "say what differs between two runs", run="A", json=True)
    compare.add_argument("other", metavar="B", help="the other run")
    clean = add("gc", "remove old runs; by default all but the 100 newest", run="")
    clean.add_argument("--keep", type=_whole, metavar="N", help="keep the N newest")
    clean.add_argument("--older-than", type=_positive, metavar="DAYS", help="remove only what is older")
    clean.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    add("cancel", "end a run that goes on")


def _add_cache(commands: argparse._SubParsersAction[Parser]) -> None:
    cache = commands.add_parser("cache", help="list, verify and remove results of earlier runs", usual="ls")
    asks = cache.add_subparsers(dest="ask", metavar="COMMAND")
    for name, about in (
        ("ls", "list the results that are kept, the last used first"),
        ("gc", "remove what exceeds the budget, and what no result names"),
        ("verify", "check all results; those that are damaged are set aside"),
        ("clear", "remove all results"),
    ):
        ask = asks.add_parser(name, help=about)
        ask.add_argument("--cache", metavar="DIR", default="", help="the folder (default: the user's cache)")
        ask.add_argument("--json", action="store_true", help="print one JSON document")
        if name in {"ls", "gc"}:
            ask.add_argument("--budget-gb", type=_positive, metavar="G", help="how much may be kept")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 to 999")
    return int(text)


def _preference(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if not is_scheme(name):
            raise UsageError(f"there is no scheme {name!r}", remedy=suggestion(name, scheme_names()))
    if not names:
        raise UsageError(
            "--prefer wants the names of schemes, with commas", remedy=f"There are: {', '.join(scheme_names())}"
        )
    return names


def _positive_int(text: str) -> int:
    return _whole(text, 1)


def _whole(text: str, least: int = 0) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} on")
    return int(text)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return number
