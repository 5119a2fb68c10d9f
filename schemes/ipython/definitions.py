"""Definitions of clusters: how one is to be started, as a file of settings says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ...core.errors import UsageError, suggestion
from ...core.worker.secrets import Secrets, UnsetVariableError

if TYPE_CHECKING:
    import os

LAUNCHER_NAMES = ("local",)
_CLUSTER_ID = re.compile(r"[\w-][\w.-]*", re.ASCII)


class Definition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be said of a cluster under ``[clusters.NAME]``; all of it may be left out.

    ``engines`` is their number per host, by default one for each core. In ``env`` a value may refer to a variable here
    as ``${env:NAME}``, so that no secret has to stand in the file. ``deadline`` is in seconds.
    """

    launcher: str = "local"
    engines: int | None = None
    profile: str = ""
    cluster_id: str | None = None
    python: str = ""
    niceness: int = 0
    logdir: str = ""
    env: dict[str, str] = {}
    encrypt: bool = True
    deadline: float = 60.0

    def __post_init__(self) -> None:
        if self.launcher not in LAUNCHER_NAMES:
            raise UsageError(
                f"there is no launcher {self.launcher!r}", remedy=suggestion(self.launcher, LAUNCHER_NAMES)
            )
        if type(self.engines) is not int and self.engines is not None:
            raise UsageError(f"the number of engines must be a whole number, not {self.engines!r}")
        if self.engines is not None and self.engines < 0:
            raise UsageError(f"the number of engines cannot be {self.engines}")
        if self.cluster_id and not _CLUSTER_ID.fullmatch(self.cluster_id):
            raise UsageError(
                f"{self.cluster_id!r} cannot be the name of a cluster", remedy="Use letters, digits, '-', '_' and '.'"
            )
        if not 0 < self.deadline < float("inf"):
            raise UsageError(f"deadline must be a number of seconds above 0, not {self.deadline}")
        if not -20 <= self.niceness <= 19:
            raise UsageError(f"niceness must be a whole number from -20 to 19, not {self.niceness}")

    def with_given(self, **given: Any) -> Definition:
        """Return it with what was given beside the file: that counts more. None means that nothing was given."""
        told = {name: value for name, value in given.items() if value is not None}
        if "env" in told:
            told["env"] = {**self.env, **told["env"]}
        return msgspec.structs.replace(self, **told)

    def environment(self) -> dict[str, str]:
        """Return what to put into the environment of engines; UsageError for a reference to what is not set here."""
        try:
            return {name: str(Secrets().resolve(value)) for name, value in self.env.items()}
        except UnsetVariableError as error:
            told = str(error).replace("where this task runs", "here")
            raise UsageError(told, where="env", remedy="Set it, or give its value in another way") from None


def read_definition(config: str | os.PathLike[str] | Mapping[str, Any] | None, name: str = "") -> Definition:
    """Return a definition: from a TOML file, or from a mapping of its fields; UsageError says what is wrong with it.

    ``name`` says which one of the file is meant; it may be left out where there is only one.
    """
    if config is None and name:
        raise UsageError(
            f"no file is named that defines the cluster {name!r}",
            remedy="Name it (--config); what makes a cluster another one of its profile is its id (--cluster-id)",
        )
    if config is None:
        return Definition()
    if isinstance(config, Mapping):
        return _converted(dict(config), "config")
    path = Path(config).expanduser()
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise UsageError(f"the file of clusters cannot be read: {why}", where=str(path)) from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"it is not TOML: {error}", where=str(path)) from None
    clusters = told.get("clusters")
    if not isinstance(clusters, dict) or not clusters:
        raise UsageError("it defines no cluster", where=str(path), remedy="Write [clusters.NAME] and its settings")
    if not name and len(clusters) > 1:
        raise UsageError("it defines several clusters", where=str(path), remedy=f"Name one: {', '.join(clusters)}")
    name = name or next(iter(clusters))
    if name not in clusters:
        raise UsageError(f"it defines no cluster {name!r}", where=str(path), remedy=suggestion(name, clusters))
    return _converted(clusters[name], f"{path}: clusters.{name}")


def _converted(fields: Any, where: str) -> Definition:
    known = Definition.__struct_fields__
    if isinstance(fields, dict) and (unknown := [name for name in fields if name not in known]):
        raise UsageError(
            f"a cluster has no setting {unknown[0]!r}", where=where, remedy=suggestion(str(unknown[0]), known)
        )
    try:
        return msgspec.convert(fields, Definition)
    except UsageError as error:
        raise UsageError(error.message, where=where, remedy=error.remedy) from None
    except msgspec.ValidationError as error:
        raise UsageError(_plain(str(error)), where=where) from None


def _plain(problem: str) -> str:
    """Return what is wrong as one reads it in the file: ``engines: expected int, got str``."""
    what, _, place = problem.replace(" | null", "").partition(" - at `$.")
    return f"{place.rstrip('`')}: {what[:1].lower()}{what[1:].replace('`', '')}" if place else what
