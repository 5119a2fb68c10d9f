"""IPython profiles: lists, makes, copies and chooses them, without IPython's command line."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

from ...core.errors import ClusterError, UsageError, suggestion
from .quiet import clusters_folder, place_of_clusters

DEFAULT = "default"
_CHOSEN = "profile"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_FOLDERS = ("security", "log", "pid", "startup")
_LIVE = ("security", "log", "pid", "db")
"""What belongs to the clusters of a profile, and not to how it is configured: a copy has none of it."""


class Profile(NamedTuple):
    """A profile, and whether it has settings for clusters."""

    name: str
    folder: Path
    configured: bool


def ipython_folder() -> Path:
    """Return the folder of all profiles: where IPython itself looks for them."""
    return Path(os.environ.get("IPYTHONDIR") or "~/.ipython").expanduser().absolute()


def profiles() -> list[Profile]:
    """Return the profiles that there are, by name."""
    folders = [path for path in ipython_folder().glob("profile_*") if path.is_dir()]
    return sorted(
        Profile(path.name.removeprefix("profile_"), path, any(path.glob("ip[ce]*_config.py"))) for path in folders
    )


def profile_folder(name: str = "") -> Path:
    """Return the folder of a profile, by default of the chosen one; that of the default profile is made if need be.

    UsageError if there is none of this name.
    """
    name = name or chosen()
    folder = _path(name)
    if folder.is_dir():
        return folder
    if name == DEFAULT:
        return create(DEFAULT)
    guess = suggestion(name, [profile.name for profile in profiles()])
    make = f"Make it with `treadle cluster profiles create {name}`"
    raise UsageError(
        f"there is no IPython profile {name!r} in {ipython_folder()}",
        remedy=f"{guess}{'' if guess.endswith('?') else '.'} {make}" if guess else make,
    )


def existing_folder(name: str) -> Path | None:
    """Return the folder of a profile if there is one."""
    folder = _path(name)
    return folder if folder.is_dir() else None


def create(name: str) -> Path:
    """Make a profile without any settings; UsageError if there is one of this name."""
    folder = _path(name)
    try:
        folder.mkdir(parents=True)
        for inner in _FOLDERS:
            (folder / inner).mkdir(mode=0o700)
    except FileExistsError:
        raise UsageError(f"there is an IPython profile {name!r} already", where=str(folder)) from None
    except OSError as error:
        raise ClusterError(f"the profile cannot be made: {error.strerror}", where=str(folder)) from None
    return folder


def duplicate(source: str, name: str) -> Path:
    """Make a profile with the settings of another one, but none of its clusters."""
    original = profile_folder(source)
    folder = create(name)
    try:
        shutil.copytree(
            original,
            folder,
            dirs_exist_ok=True,
            ignore=lambda at, names: [one for one in names if _is_live(Path(at) == original, one)],
        )
    except (OSError, shutil.Error) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ClusterError(f"the profile cannot be copied: {error}", where=str(original)) from None
    return folder


def check_settings(folder: Path) -> None:
    """Raise ClusterError if a file of settings for clusters is not Python: the library would go on without it."""
    for path in sorted(folder.glob("ip[ce]*_config.py")):
        try:
            compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            why = f"line {line} cannot be read: {error.args[0]}"
            raise ClusterError(why, where=str(path), remedy="Correct that line") from None
        except OSError as error:
            raise ClusterError(f"it cannot be read: {error.strerror}", where=str(path)) from None


def chosen() -> str:
    """Return the name of the profile that is used where none is named."""
    try:
        name = (place_of_clusters() / _CHOSEN).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return DEFAULT
    return name if _NAME.fullmatch(name) else DEFAULT


def choose(name: str) -> Path:
    """Use a profile from now on where none is named, and return its folder; ClusterError if that cannot be kept."""
    folder = profile_folder(name)
    file = clusters_folder() / _CHOSEN
    temporary = file.with_suffix(f".{os.getpid()}")
    try:
        temporary.write_text(f"{name}\n", encoding="utf-8")
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ClusterError(f"the choice cannot be kept: {error.strerror}", where=str(file)) from None
    return folder


def _is_live(at_top: bool, name: str) -> bool:  # noqa: FBT001
    return at_top and (name in _LIVE or name.startswith("history.sqlite"))


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} cannot be the name of a profile", remedy="Use letters, digits, '-', '_' and '.'")
    return ipython_folder() / f"profile_{name}"
