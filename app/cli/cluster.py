"""`treadle cluster`: starts, finds and stops IPython clusters, and hands on to what looks into them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ...core.errors import ClusterError
from ...schemes.ipython.finding import clusters, look
from ...schemes.ipython.ledger import Ledger
from ..clusters import start_cluster
from .cluster_choice import CONNECT_SECONDS, how_to_name, meant, print_json
from .text import columns, counted, line_width, one_line

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterable

    from ...schemes.ipython.finding import Found
    from ...schemes.ipython.ledger import Record
    from .cluster_left import LeftBehind


def cluster_command(options: Namespace) -> int:
    """Do what was asked."""
    return _command(options.ask)(options)


def _command(name: str) -> Callable[[Namespace], int]:
    match name:
        case "info":
            from .cluster_show import info_command as command
        case "engines":
            from .cluster_engines import engines_command as command
        case "exec":
            from .cluster_engines import exec_command as command
        case "test":
            from .cluster_check import test_command as command
        case "logs":
            from .cluster_logs import logs_command as command
        case "profiles":
            from .cluster_profiles import profiles_command as command
        case "start":
            command = _start
        case "stop":
            command = _stop
        case "clean":
            from .cluster_clean import clean_command as command
        case _:
            command = _list
    return command


def _start(options: Namespace) -> int:
    from ...schemes.ipython.definitions import read_definition

    definition = read_definition(options.config, options.name).with_given(
        profile=options.profile or None,
        cluster_id=options.cluster_id,
        engines=options.num_engines,
        launcher=options.launcher,
        logdir=options.logdir,
        deadline=options.deadline,
    )
    cluster = start_cluster(definition)
    try:
        count, (record, *_) = len(cluster.uuids()), cluster.records()
        cluster.leave()
    except BaseException:
        cluster.stop()
        raise
    cluster.close()
    if options.json:
        told = {"profile": cluster.address.profile, "cluster_id": cluster.address.cluster_id}
        print_json({**told, "profile_dir": str(cluster.address.profile_dir), "engines": count, "logs": record.logs})
        return 0
    sys.stdout.write(
        f"Cluster {one_line(str(cluster.address))} runs with {counted(count, 'engine')}, until it is stopped:\n"
        f"  treadle cluster stop {how_to_name(cluster.address)}\n"
        f"Its logs are in {one_line(record.logs)}\n"
    )
    return 0


def _stop(options: Namespace) -> int:
    from ...schemes.ipython.cluster import Cluster
    from ...schemes.ipython.ending import stop_records

    address = meant(options)
    found = look(address, Ledger().records())
    if not found.answers and not found.records:
        raise ClusterError(found.why_not, where=f"cluster {address}", remedy=_those_that_run())
    records = found.records
    count = _living(records)
    if any(record.controller for record in records):
        stop_records(records)
        sys.stdout.write(f"Cluster {one_line(str(address))} is stopped, with {counted(count, 'engine')} of Treadle's\n")
        return 0
    if options.all:
        cluster = Cluster.attach(address, CONNECT_SECONDS)
        cluster.shutdown()
        sys.stdout.write(f"Cluster {one_line(str(address))} is stopped\n")
        return 0
    if not records:
        raise ClusterError(
            "Treadle started nothing of it", where=f"cluster {address}", remedy="With --all it is stopped nevertheless"
        )
    stop_records(records)
    sys.stdout.write(
        f"{counted(count, 'engine')} of Treadle's stopped; the controller of {one_line(str(address))} is somebody "
        "else's, and goes on\n"
    )
    return 0


def _those_that_run() -> str:
    running = ", ".join(str(one.address) for one in clusters() if one.answers)
    return f"These run: {running}" if running else "No cluster runs"


def _list(options: Namespace) -> int:
    from .cluster_left import left_of, those_left

    left = those_left()
    found = clusters()
    if options.json:
        print_json([_document(one, left_of(one, left)) for one in found])
        return 0
    rows = [
        (one_line(str(one.address)), _state(one), _owner(one, left_of(one, left)), one_line(one.location))
        for one in found
    ]
    for line in columns(rows, width=line_width(), shrink=2, keep_end=False):
        sys.stdout.write(f"{line.rstrip()}\n")
    for one in found:
        if what := left_of(one, left):
            sys.stdout.write(what.offer(one.address))
    if not found:
        sys.stdout.write("No cluster runs. Start one: treadle cluster start\n")
    return 0


def _document(one: Found, left: LeftBehind | None) -> dict[str, Any]:
    return {
        "profile": one.address.profile,
        "profile_dir": str(one.address.profile_dir),
        "cluster_id": one.address.cluster_id,
        "answers": one.answers,
        "ours": one.ours,
        "private": one.private,
        "location": one.location,
        "engines_of_ours": _living(one.records),
        "logs": next((record.logs for record in one.records), ""),
        "left_behind": [proof.pid for proof in left.living] if left else [],
        "told_to_end": left.told if left else None,
    }


def _living(records: Iterable[Record]) -> int:
    """Return how many engines of ours there are; of those of another machine nobody here knows whether they live."""
    return sum(one.proof.lives or not record.here for record in records for one in record.engines)


def _state(one: Found) -> str:
    return "runs" if one.answers else "gone"


def _owner(one: Found, left: LeftBehind | None) -> str:
    if left is None:
        return _held(one)
    others = one._replace(records=tuple(record for record in one.records if record.id not in left.records))
    if others.records or (one.answers and not one.ours):
        return f"{_held(others)}; {left.how_many} left behind"
    return f"ours, {left.how_many} left behind"


def _held(one: Found) -> str:
    engines = counted(_living(one.records), "engine")
    if not one.ours:
        return f"somebody else's, {engines} of ours" if one.records else "somebody else's"
    if one.private:
        owner = next(record.owner.pid for record in one.records if record.controller)
        return f"ours, {engines}, ends with process {owner}"
    return f"ours, {engines}, left running"
