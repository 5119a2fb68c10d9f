"""Puts Treadle into the menu of a user's desktop: a menu entry, an icon, and the kind of *.treadle files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..core.document import write_atomically
from ..core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

MIME = "application/x-treadle"
_RESERVED = " \t\n\"'\\><~|&;$*?#()`"

_ENTRY = """\
[Desktop Entry]
Type=Application
Name=Treadle
GenericName=Pipeline workbench
Comment=Build pipelines of Python functions and run them in parallel
Exec={command} %F
TryExec={program}
Icon=treadle
Terminal=false
Categories=Science;Development;
MimeType={mime};
StartupWMClass=treadle
Keywords=pipeline;workflow;parallel;
"""

_KIND = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{MIME}">
    <comment>Treadle pipeline</comment>
    <icon name="treadle"/>
    <sub-class-of type="application/json"/>
    <glob pattern="*.treadle"/>
  </mime-type>
</mime-info>
"""


class Step(NamedTuple):
    """A file that is written, with its content."""

    file: Path
    content: bytes


def steps(data_home: Path, program: Path) -> list[Step]:
    """Return the files that make Treadle known to a desktop, below the user's XDG data folder."""
    package = resources.files(__name__.split(".", maxsplit=1)[0])
    icon = (package / "resources" / "icons" / "treadle.svg").read_bytes()
    entry = _ENTRY.format(command=_quoted(str(program)), program=program, mime=MIME)
    return [
        Step(data_home / "applications" / "treadle.desktop", entry.encode()),
        Step(data_home / "icons" / "hicolor" / "scalable" / "apps" / "treadle.svg", icon),
        Step(data_home / "mime" / "packages" / "treadle.xml", _KIND.encode()),
    ]


def install(data_home: Path, program: Path, say: Callable[[str], None], *, dry_run: bool = False) -> None:
    """Write the files, and let the desktop take note; UsageError names one that cannot be written."""
    for file, content in steps(data_home, program):
        say(f"{'would write' if dry_run else 'writes'} {file}")
        if dry_run:
            continue
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, content)
        except OSError as error:
            raise UsageError(f"cannot be written: {error.strerror or error}", where=str(file)) from None
    _take_note(data_home, say, dry_run=dry_run)


def uninstall(data_home: Path, say: Callable[[str], None], *, dry_run: bool = False) -> None:
    """Remove the files that are there; UsageError names one that cannot be removed."""
    found = [step.file for step in steps(data_home, Path("treadle")) if step.file.exists()]
    if not found:
        say("there is nothing to remove")
    for file in found:
        say(f"{'would remove' if dry_run else 'removes'} {file}")
        try:
            if not dry_run:
                file.unlink()
        except OSError as error:
            raise UsageError(f"cannot be removed: {error.strerror or error}", where=str(file)) from None
    if found:
        _take_note(data_home, say, dry_run=dry_run)


def program() -> Path:
    """Return what starts this Treadle: the script that was installed with it."""
    beside = Path(sys.executable).parent / "treadle"
    found = str(beside) if beside.is_file() else shutil.which("treadle")
    if not found:
        raise UsageError("the command treadle is not installed", remedy="Install Treadle with pip")
    return Path(found).absolute()


def _take_note(data_home: Path, say: Callable[[str], None], *, dry_run: bool) -> None:
    for command, folder in (("update-mime-database", "mime"), ("update-desktop-database", "applications")):
        if shutil.which(command) is None:
            continue
        line = [command, str(data_home / folder)]
        if dry_run:
            say(f"would run {' '.join(line)}")
            continue
        try:
            subprocess.run(line, check=False, capture_output=True, timeout=60)  # noqa: S603 - programs of the desktop
        except (OSError, subprocess.TimeoutExpired) as error:
            say(f"{command} did not run: {error}")


def _quoted(text: str) -> str:
    """Quote an argument as the Desktop Entry Specification wants it (section The Exec key)."""
    doubled = text.replace("%", "%%")
    if not any(c in _RESERVED for c in doubled):
        return doubled
    for c in '\\"`$':
        doubled = doubled.replace(c, f"\\{c}")
    # The value of any key is unescaped once more.
    return '"' + doubled.replace("\\", "\\\\") + '"'
