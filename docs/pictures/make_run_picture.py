"""Draws run.svg: a real run of the fMRI example, as the terminal shows it."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from rich.console import Console

from treadle.app.cli import display, main, run

ARGUMENTS = ["run", "resources/examples/fmri_quality_control.treadle", "--output", "output/fmri"]
HERE = Path(__file__).resolve().parent

screen = Console(record=True, force_terminal=True, highlight=False, width=100, file=io.StringIO())


class LastFrame(display.Display):
    """The display of which the last frame alone is recorded: it draws itself ten times a second."""

    def __exit__(self, *reason: Any) -> None:
        super().__exit__(*reason)
        screen.export_text(clear=True)
        screen.print(f"[bold]$[/] treadle {' '.join(ARGUMENTS)}\n[bold]{self._title}[/]")
        screen.print(self._progress.get_renderable())


if __name__ == "__main__":
    os.chdir(HERE.parents[1])
    display.Console = lambda **_options: screen  # type: ignore[assignment, misc]
    run.Display = LastFrame  # type: ignore[misc]
    code = main(ARGUMENTS)
    if code == 0:
        (HERE / "run.svg").write_text(screen.export_svg(title="Treadle"), encoding="utf-8")
    raise SystemExit(code)
