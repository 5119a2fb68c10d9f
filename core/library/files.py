"""Modules that find files on disk and inside installed packages, and read and write plain ones."""

from __future__ import annotations

import importlib.util
import shutil
import sysconfig
from pathlib import Path, PurePosixPath
from typing import Annotated, NamedTuple

from ..worker import Choices, Schemes, module
from .atomic import replacing

ANYWHERE = Schemes(threads=True)


class FileInfo(NamedTuple):
    """What is known of a file without opening it."""

    name: str
    stem: str
    suffix: str
    folder: Path
    size: int
    modified: float


@module(title="List files", category="Files", schemes=ANYWHERE, cache=False)
def list_files(folder: Path, pattern: str = "*", *, recursive: bool = False) -> list[Path]:
    """List the files of a folder whose names match a pattern, sorted.

    Args:
        folder: where to look.
        pattern: what the names look like, such as ``*.png``; several are separated by semicolons.
        recursive: whether to look into the folders inside, too.
    """
    top = Path(folder).expanduser()
    if not top.is_dir():
        reason = "it is a file" if top.exists() else "it does not exist"
        raise NotADirectoryError(f"cannot list the folder {top}: {reason}")
    return _matching(top, pattern, recursive=recursive)


@module(title="File of a package", category="Files", schemes=ANYWHERE)
def package_file(package: str, path: str) -> Path:
    """Find a file that was installed with a Python package, without importing the package.

    Args:
        package: the import name of the package, such as ``skimage`` or ``scipy.stats``.
        path: where the file lies inside the package, such as ``data/coins.png``.
    """
    _refuse_outside(package, path)
    found = package_folder(package) / path
    if not found.is_file():
        raise FileNotFoundError(f"the package {package} has no file {path!r}: there is nothing at {found}")
    return found


@module(title="Files of a package", category="Files", schemes=ANYWHERE)
def package_files(package: str, pattern: str = "*", *, recursive: bool = False) -> list[Path]:
    """List the files inside an installed Python package that match a pattern, sorted by name.

    Args:
        package: the import name of the package, such as ``skimage``.
        pattern: what the paths inside the package look like, such as ``data/*.png``; several are separated
            by semicolons, and each must match a file.
        recursive: whether to look into all folders below, too.
    """
    top = package_folder(package)
    found: set[Path] = set()
    for part in _patterns(pattern):
        _refuse_outside(package, part)
        matching = _matching(top, part, recursive=recursive)
        if not matching:
            raise FileNotFoundError(f"the package {package} has no file that matches {part!r} in {top}")
        found.update(matching)
    return sorted(found)


def package_folder(package: str) -> Path:
    """Return the folder of an installed package; ModuleNotFoundError says how to install a missing one."""
    names = package.split(".")
    if not all(name.isidentifier() for name in names):
        raise ValueError(f"{package!r} is not the import name of a package, such as 'scipy.stats'")
    spec = importlib.util.find_spec(names[0])
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    if spec is None:
        hint = f"pip install {names[0]} (or pip install 'treadle[science]')"
        raise ModuleNotFoundError(f"the package {names[0]} is not installed: {hint}", name=names[0])
    folders = [folder for place in places if (folder := Path(place, *names[1:])).is_dir()]
    if not folders:
        raise NotADirectoryError(f"{package} is no package with a folder of its own, so it holds no files")
    return folders[0]


@module(title="Python library files", category="Files", schemes=ANYWHERE)
def python_library_files() -> list[Path]:
    """List the top-level ``*.py`` files of the running interpreter's standard library, sorted."""
    return _matching(Path(sysconfig.get_path("stdlib")), "*.py", recursive=False)


@module(title="Read text", category="Files", schemes=ANYWHERE)
def read_text(path: Path, encoding: str = "utf-8") -> str:
    """Read a text file.

    Args:
        path: the file.
        encoding: how its characters are written as bytes, such as ``utf-8`` or ``latin-1``.
    """
    try:
        return Path(path).read_text(encoding)
    except UnicodeDecodeError as error:
        told = f"{path} is not {encoding} text (byte {error.start}): choose another encoding"
        raise ValueError(told) from error
    except LookupError:
        raise ValueError(f"there is no encoding called {encoding!r}; try utf-8 or latin-1") from None


@module(title="Write text", category="Files", schemes=ANYWHERE, cache=False, writes_files=True)
def write_text(text: str, path: Path, encoding: str = "utf-8") -> Path:
    """Write a text file, and give its path.

    Args:
        text: what to write.
        path: the file; it is replaced if it exists.
        encoding: how characters are written as bytes.
    """
    with replacing(path) as temporary:
        temporary.write_text(text, encoding, newline="")
    return Path(path).expanduser()


@module(title="Read bytes", category="Files", schemes=ANYWHERE)
def read_bytes(path: Path) -> bytes:
    """Read a file as it is.

    Args:
        path: the file.
    """
    return Path(path).read_bytes()


@module(title="Write bytes", category="Files", schemes=ANYWHERE, cache=False, writes_files=True)
def write_bytes(content: bytes, path: Path) -> Path:
    """Write bytes to a file, and give its path.

    Args:
        content: what to write.
        path: the file; it is replaced if it exists.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return Path(path).expanduser()


@module(title="Copy file", category="Files", schemes=ANYWHERE, cache=False, writes_files=True)
def copy_file(source: Path, path: Path, if_it_exists: Annotated[str, Choices("replace", "fail")] = "replace") -> Path:
    """Copy a file, or a file that an earlier module made, to a place of your choice; give the new path.

    Args:
        source: the file to copy.
        path: the new file, or an existing folder to copy into under the same name.
        if_it_exists: what to do if the new file is there already.
    """
    origin, target = Path(source), Path(path).expanduser()
    if not origin.is_file():
        raise FileNotFoundError(f"there is no file {origin} to copy")
    if target.is_dir():
        target = target / origin.name
    if if_it_exists == "fail" and target.exists():
        raise FileExistsError(f"{target} exists already: choose another name, or let it be replaced")
    with replacing(target) as temporary:
        shutil.copyfile(origin, temporary)
    return target


@module(title="File information", category="Files", schemes=ANYWHERE, cache=False)
def file_info(path: Path) -> FileInfo:
    """Tell the name, folder, size in bytes and time of change (seconds since 1970) of a file.

    Args:
        path: the file.
    """
    file = Path(path)
    known = file.stat()
    return FileInfo(file.name, file.stem, file.suffix, file.parent, known.st_size, known.st_mtime)


@module(title="Build a path", category="Files", schemes=ANYWHERE)
def build_path(folder: Path, name: str) -> Path:
    """Join a folder and a name to one path; nothing is made on disk.

    Args:
        folder: the folder.
        name: the name of the file, or a path below the folder.
    """
    return Path(folder).expanduser() / name


def _patterns(pattern: str) -> list[str]:
    """Split patterns at semicolons."""
    parts = [part.strip() for part in pattern.split(";")]
    if not any(parts):
        raise ValueError("the pattern is empty: use * for all files")
    return [part for part in parts if part]


def _matching(top: Path, pattern: str, *, recursive: bool) -> list[Path]:
    """Return the files below ``top`` that match one of the patterns, sorted."""
    found: set[Path] = set()
    for part in _patterns(pattern):
        if PurePosixPath(part).is_absolute():
            raise ValueError(f"the pattern {part!r} must be relative to the folder")
        found.update(p for p in (top.rglob(part) if recursive else top.glob(part)) if p.is_file())
    return sorted(found)


def _refuse_outside(package: str, path: str) -> None:
    """Raise ValueError if ``path`` leads out of the package."""
    inside = PurePosixPath(path.replace("\\", "/"))
    if inside.is_absolute() or ".." in inside.parts or not inside.parts:
        raise ValueError(f"{path!r} leaves the package {package}: give a path inside it, such as data/a.txt")
