"""Packs what an engine needs of Treadle into one archive, always the same for the same sources."""

from __future__ import annotations

import hashlib
import io
import zipfile
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import cloudpickle

from ... import __all__ as public_names
from ... import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

_WHOLE = ("core.worker", "core.library", "schemes.ipython.remote")
_SINGLE = {
    "core": ("background",),
    "schemes": (),
    "schemes.hosting": (
        "answers", "child", "keeping", "kin", "lines", "memory", "process_state", "surroundings", "wire",
    ),
    "schemes.ipython": ("landing",),
}  # fmt: skip

_NEW_YEAR = (1980, 1, 1, 0, 0, 0)

MORE = "more"
"""The folder of what engines may lack: it is searched last."""

_FACE = '''"""Treadle, as far as it is needed on an engine."""

from .core import worker as _worker
from .core.worker.call import Item
from .schemes.ipython.remote.standing_in import StandIn

__version__ = {version!r}
__all__ = {names!r}


def __getattr__(name):
    if name not in __all__:
        raise AttributeError(f"module 'treadle' has no attribute {{name!r}}")
    return getattr(_worker, name) if hasattr(_worker, name) else StandIn(f"treadle.{{name}}")
'''


class Parcel(NamedTuple):
    """The archive, the SHA-256 of it, and the name under which an engine knows what it unpacked."""

    data: bytes
    digest: str

    @property
    def name(self) -> str:
        """Return the name of the module on the engine that has its entry."""
        return f"_treadle_{self.digest[:16]}"


@lru_cache(maxsize=1)
def parcel() -> Parcel:
    """Return the parcel of this version of Treadle; made once."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(contents().items()):
            archive.writestr(zipfile.ZipInfo(name, _NEW_YEAR), data, zipfile.ZIP_DEFLATED)
    data = buffer.getvalue()
    return Parcel(data, hashlib.sha256(data).hexdigest())


def contents() -> dict[str, bytes]:
    """Return the files of the parcel by their names in it."""
    found = {"treadle/__init__.py": _face()}
    for package in _WHOLE:
        found.update(_sources(package))
    for package, modules in _SINGLE.items():
        sources = _sources(package)
        folder = _folder(package)
        found.update({name: sources[name] for name in (f"{folder}/{module}.py" for module in ("__init__", *modules))})
    for entry in _python_files(files(cloudpickle)):
        found[f"{MORE}/cloudpickle/{entry.name}"] = entry.read_bytes()
    return found


def _face() -> bytes:
    return _FACE.format(version=__version__, names=list(public_names)).encode()


def _folder(package: str) -> str:
    return f"treadle/{package.replace('.', '/')}"


def _sources(package: str) -> dict[str, bytes]:
    found = _python_files(files(f"treadle.{package}"))
    return {f"{_folder(package)}/{entry.name}": entry.read_bytes() for entry in found}


def _python_files(folder: Traversable) -> Iterator[Traversable]:
    for entry in folder.iterdir():
        if entry.name.endswith(".py"):
            yield entry
