"""Code that only this machine has: which modules are the user's own files, and how they travel by value."""

from __future__ import annotations

import contextlib
import pickle
import pickletools
import site
import sys
import sysconfig
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_one_at_a_time = threading.Lock()


@lru_cache(maxsize=1)
def installed_folders() -> tuple[Path, ...]:
    """Return the folders of the standard library and of what is installed."""
    found = {*map(Path, site.getsitepackages()), *(Path(path) for path in sysconfig.get_paths().values())}
    if site.ENABLE_USER_SITE:
        found.add(Path(site.getusersitepackages()))
    return tuple(found)


def is_installed(path: Path) -> bool:
    """Say whether a file or folder belongs to Python or to what is installed."""
    return any(path.is_relative_to(folder) for folder in installed_folders())


def is_local(module: Any) -> bool:
    """Say whether a module is one of the user's own files."""
    file = getattr(module, "__file__", None)
    name = getattr(module, "__name__", "")
    if not file or not file.endswith(".py") or name.partition(".")[0] == "treadle" or name == "__main__":
        return False
    return not is_installed(Path(file))


def local_modules_in(data: bytes) -> set[str]:
    """Return the user's own modules that a pickle refers to, also in the pickles inside it."""
    found: set[str] = set()
    waiting = [data]
    while waiting:
        with contextlib.suppress(ValueError, IndexError):
            for _, argument, _ in pickletools.genops(waiting.pop()):
                if isinstance(argument, bytes) and argument[:1] == b"\x80":
                    waiting.append(argument)
                elif isinstance(argument, str):
                    name = argument.partition(" ")[0]
                    if name in sys.modules and is_local(sys.modules[name]):
                        found.add(name)
    return found


def with_code(data: bytes) -> bytes:
    """Pickle again what was pickled here, so that what is registered to travel by value does."""
    import cloudpickle

    return bytes(cloudpickle.dumps(pickle.loads(data), protocol=5))  # noqa: S301 - made a moment ago


@contextlib.contextmanager
def by_value(names: Collection[str]) -> Iterator[None]:
    """Let the functions and classes of these modules be pickled with their code, in all pickles made meanwhile."""
    if not names:
        yield
        return
    import cloudpickle

    with _one_at_a_time:
        known = cloudpickle.list_registry_pickle_by_value()
        modules = [sys.modules[name] for name in names if name in sys.modules and name not in known]
        for module in modules:
            cloudpickle.register_pickle_by_value(module)
        try:
            yield
        finally:
            for module in modules:
                cloudpickle.unregister_pickle_by_value(module)
