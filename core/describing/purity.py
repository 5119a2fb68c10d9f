"""Which functions of known packages give something else each time they are called, so that no result may be kept."""

from __future__ import annotations

_IMPURE = (
    "getpass", "glob", "http", "numpy.random", "os", "platform", "psutil", "random", "requests", "secrets", "shutil",
    "socket", "sqlite3", "subprocess", "tempfile", "time", "urllib.request", "uuid",
)  # fmt: skip
"""They read the clock, chance, folders or the network. Of others, ``@module(cache=False)`` has to say so."""

_PURE = ("os.path",)


def is_impure(path: str) -> bool:
    """Say whether the function at an import path is known to depend on more than its arguments."""
    module = path.partition(":")[0]
    return _within(module, _IMPURE) and not _within(module, _PURE)


def _within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
