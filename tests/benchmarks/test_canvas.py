"""The benchmark of the canvas tells what each peer took, and of those that are absent or too slow just that."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def measured(tmp_path, *arguments):
    numbers = tmp_path / "canvas.json"
    command = [sys.executable, "-m", "benchmarks.canvas", "--json", str(numbers), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout, json.loads(numbers.read_text())["seconds"]


def test_all_is_measured_of_treadle(tmp_path):
    printed, seconds = measured(tmp_path, "--nodes", "1100", "--peers", "treadle")
    assert "trouble" not in seconds["treadle"]
    assert len(seconds["treadle"]) == 13
    assert all(value > 0 for value in seconds["treadle"].values())
    assert "frame at 100 %" in printed


def test_a_peer_that_takes_too_long_keeps_what_it_told(tmp_path):
    printed, seconds = measured(tmp_path, "--nodes", "5000", "--peers", "treadle", "--deadline", "0.05")
    assert seconds["treadle"]["trouble"] == "took more than 0.05 s"
    assert "took more than" in printed
