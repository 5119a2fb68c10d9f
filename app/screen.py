"""Says whether a window can be shown here, and what to install if it cannot; knows no Qt."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from ..core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PACKAGES: dict[str, str] = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""The system's libraries that Qt's wheels need and do not bring, and the Debian packages that have them."""

_NO_DISPLAY = "there is no display here to show a window on"


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether there is a screen; a platform of Qt that was asked for counts as one."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform == "darwin" or any(environment.get(name) for name in names)


def missing_packages(load: Callable[[str], object] = ctypes.CDLL) -> list[str]:
    """Return the Debian packages without which Qt does not start."""
    if sys.platform != "linux":
        return []
    return [package for library, package in PACKAGES.items() if not _loads(library, load)]


def _loads(library: str, load: Callable[[str], object]) -> bool:
    try:
        load(library)
    except OSError:
        return False
    return True


def install_line(packages: list[str]) -> str:
    """Return what to type to install packages."""
    return f"sudo apt-get install {' '.join(packages)}"


def require_screen() -> None:
    """Raise UsageError, with what to do, if no window can be shown."""
    if not has_display():
        raise UsageError(_NO_DISPLAY, remedy="To run a pipeline in the terminal: treadle run FILE")
    missing = missing_packages()
    if missing:
        raise UsageError("libraries that the window needs are missing", remedy=f"Try: {install_line(missing)}")


def main() -> int:
    """Make sure that a window can be shown, installing what is missing where that is allowed; 1 if none can be."""
    if not has_display():
        print("There is no display here: the example runs in this terminal.")  # noqa: T201 - this is what it is for
        return 1
    missing = missing_packages()
    if missing and os.geteuid() == 0:
        print(f"Installing what the window needs: {' '.join(missing)}", flush=True)  # noqa: T201
        _install(missing)
        missing = missing_packages()
    if missing:
        print(f"The window needs libraries that are missing. Try: {install_line(missing)}\n"  # noqa: T201
              "Until then, the example runs in this terminal.")  # fmt: skip
        return 1
    return 0


def _install(packages: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", *packages]):
        try:
            subprocess.run(command, check=False, env=environment, timeout=600)  # noqa: S603 - names from the table
        except (OSError, subprocess.TimeoutExpired):
            return


if __name__ == "__main__":
    raise SystemExit(main())
