"""What is known of clusters, their engines and what is left of them, as the window is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import asdict

from ...core import protocol as p
from ...core.errors import ClusterError, UsageError
from ...schemes.ipython.addresses import Address, connection_file, read_connection
from ...schemes.ipython.profiles import chosen, existing_folder, profile_folder, profiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...schemes.ipython.finding import Found
    from ...schemes.ipython.information import ClusterFacts, EngineFacts
    from ...schemes.ipython.ledger import Record


def name_of(address: Address) -> p.ClusterName:
    """Return what the window calls a cluster."""
    return p.ClusterName(address.profile, address.cluster_id)


def address_of(name: p.ClusterName) -> Address:
    """Return where a cluster is, or would be; UsageError if there is no such profile."""
    return Address(profile_folder(name.profile), name.cluster_id)


def profile_rows() -> tuple[p.ProfileRow, ...]:
    """Return the profiles by name; the chosen one is among them even if it was never used."""
    rows = {one.name: p.ProfileRow(**one._asdict() | {"folder": str(one.folder)}) for one in profiles()}
    rows.setdefault(chosen(), p.ProfileRow(name=chosen(), folder=""))
    return tuple(rows[name] for name in sorted(rows))


def row_of_found(found: Found) -> p.ClusterRow:
    """Return what is known of a cluster that nobody asked."""
    record = next((one for one in found.records if one.controller), None)
    return p.ClusterRow(
        name=name_of(found.address),
        answers=found.answers,
        ours=found.ours,
        left_running=bool(record and record.left_running),
        encrypted=is_encrypted(found.address),
        location=found.location,
        process=record.controller.proof.pid if record and record.controller else None,
        logs=logs_of(found.records),
        why_not=found.why_not,
    )


def logs_of(records: Iterable[Record]) -> str:
    """Return where the logs of a cluster are: those of its controller, if that is ours."""
    return next((one.logs for one in sorted(records, key=lambda one: one.controller is None)), "")


def is_encrypted(address: Address) -> bool:
    """Say whether what is said to a controller is encrypted."""
    try:
        return bool(read_connection(connection_file(address), str(address)).get("curve_serverkey"))
    except ClusterError:
        return False


def row_of_facts(
    name: p.ClusterName, facts: ClusterFacts, launchers: Mapping[str, str], tasks: Mapping[int, str]
) -> p.ClusterRow:
    """Return what a cluster says of itself; ``launchers`` by the names of engines, ``tasks`` by their numbers."""
    return p.ClusterRow(
        name=name,
        answers=facts.answers,
        ours=facts.ours,
        left_running=facts.left_running,
        encrypted=facts.encrypted,
        location=facts.location,
        process=facts.controller,
        logs=facts.logs,
        why_not="" if facts.answers else "its controller does not answer",
        engines=tuple(_engine_row(one, launchers, tasks) for one in facts.engines),
    )


def _engine_row(one: EngineFacts, launchers: Mapping[str, str], tasks: Mapping[int, str]) -> p.EngineRow:
    task = "" if one.number is None else tasks.get(one.number, "")
    return p.EngineRow(**asdict(one), launcher=launchers.get(one.uuid, ""), task=task)


def leftovers(records: Iterable[Record], answering: set[Address]) -> tuple[p.Leftover, ...]:
    """Return what lives of earlier sessions that have gone, one for each cluster."""
    by_place: dict[Address, list[Record]] = {}
    for record in records:
        by_place.setdefault(place_of(record), []).append(record)
    return tuple(_leftover(address, found, answers=address in answering) for address, found in sorted(by_place.items()))


def place_of(record: Record) -> Address:
    """Return where the cluster of a record is."""
    return Address(Path(record.profile_dir), record.cluster_id)


def _leftover(address: Address, records: list[Record], *, answers: bool) -> p.Leftover:
    living = [one for record in records for one in record.engines if one.proof.lives]
    processes = {proof.pid: proof for record in records for proof in record.living()}
    return p.Leftover(
        record=records[0].id,
        name=name_of(address),
        processes=tuple(sorted(processes)),
        engines=len(living),
        began=min(record.created for record in records),
        usable=answers and bool(living),
        lasting=any(record.lasting for record in records),
        survived=max(record.survived for record in records),
        stuck=bool(processes) and all(proof.stuck for proof in processes.values()),
    )


def is_addressable(address: Address) -> bool:
    """Say whether the name of a cluster leads to it: its profile is where IPython looks for profiles now."""
    try:
        return existing_folder(address.profile) == address.profile_dir
    except UsageError:
        return False
