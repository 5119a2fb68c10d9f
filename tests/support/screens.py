"""A screen of its own for a test, with a window manager, a pointer and keys, and pictures of what is shown."""

from __future__ import annotations

import os
import select
import subprocess
from typing import TYPE_CHECKING, Self

from needs import need

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 20.0


class Screen:
    """An X server that nobody looks at. Pointer and keys go the way those of a person go."""

    def __init__(self, width: int = 1280, height: int = 800) -> None:
        need("xvfb", "Xvfb", "openbox", "xdotool")
        read, write = os.pipe()
        size = f"{width}x{height}x24"
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
        self._server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        try:
            self.name = f":{_line(read)}"
        except BaseException:
            self._server.kill()
            self._server.wait()
            raise
        finally:
            os.close(read)
        self.environment = {**os.environ, "DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb"}
        self.environment.pop("WAYLAND_DISPLAY", None)
        self._manager = subprocess.Popen(["openbox"], env=self.environment, stderr=subprocess.DEVNULL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        for process in (self._manager, self._server):
            process.terminate()
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    # What a person does

    def do(self, *words: object) -> None:
        """Give orders to the pointer and the keys."""
        subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True, timeout=SECONDS)

    def click(self, x: float, y: float, times: int = 1) -> None:
        """Click at a place of the screen."""
        self.do("mousemove", round(x), round(y), "click", "--repeat", times, "--delay", 40, 1)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press at one place, move to another in steps as a hand does, and release there."""
        steps: list[object] = ["mousemove", round(start[0]), round(start[1]), "mousedown", 1]
        for step in range(1, 13):
            part = min(step / 10, 1.0)
            steps += ["mousemove", *(round(a + (b - a) * part) for a, b in zip(start, end, strict=True))]
            # A program that takes what is dragged asks for each place, and has to have time for its answer.
            steps += ["sleep", 0.03]
        self.do(*steps, "mouseup", 1)

    def key(self, *keys: str) -> None:
        """Press keys, one after the other: ``ctrl+z``, ``Return``."""
        self.do("key", "--delay", 20, *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self.do("type", "--delay", 15, text)

    def picture(self, path: Path) -> None:
        """Write what is shown to a PNG file."""
        need("xvfb", "import")
        command = ["import", "-display", self.name, "-window", "root", str(path)]
        subprocess.run(command, check=True, timeout=SECONDS)


def _line(read: int) -> str:
    text = b""
    while not text.endswith(b"\n"):
        if not select.select([read], [], [], SECONDS)[0]:
            raise TimeoutError("the X server did not start")
        if not (more := os.read(read, 16)):
            raise ChildProcessError("the X server ended at once")
        text += more
    return text.decode().strip()
