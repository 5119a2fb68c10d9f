"""Draws run.svg: a real run of the fMRI example, as the terminal shows it."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ARGUMENTS = ["run", "resources/examples/fmri_quality_control.treadle", "--output", "output/fmri"]
HERE = Path(__file__).resolve().parent
WIDTH = 100


def main() -> int:
    """Run the example and write what it printed as a picture; return its exit code."""
    command = [sys.executable, "-m", "treadle", *ARGUMENTS]
    environment = {"COLUMNS": str(WIDTH), "PATH": "/usr/bin:/bin", "HOME": str(Path.home())}
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parents[1], env=environment, check=False)  # noqa: S603
    screen = Console(record=True, force_terminal=True, highlight=True, width=WIDTH, file=io.StringIO())
    screen.print(Text.assemble(("$ ", "bold"), f"treadle {' '.join(ARGUMENTS)}"))
    screen.print(done.stdout)
    if done.returncode == 0:
        # The picture needs nothing from elsewhere: without the web font, the reader's own monospace is taken.
        drawn = re.sub(r"@font-face \{.*?\}\s*", "", screen.export_svg(title="Treadle"), flags=re.DOTALL)
        (HERE / "run.svg").write_text(drawn, encoding="utf-8")
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
