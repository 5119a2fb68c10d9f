"""The benchmarks tell what each peer does, whatever it does, and leave nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import psutil
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bench(tmp_path):
    """Run the benchmarks; return the exit code, what they print, and the numbers."""

    def start(*arguments: str) -> tuple[int, str, dict]:
        numbers = tmp_path / "numbers.json"
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests/support"), "HANGING_CHILD": str(tmp_path / "pid")}
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", "--quick", "--json", str(numbers), *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        rows = json.loads(numbers.read_text())["rows"] if numbers.exists() else {}
        return done.returncode, done.stdout + done.stderr, rows

    return start


def test_treadle_and_a_peer_are_measured_side_by_side(bench, tmp_path):
    picture = tmp_path / "picture.svg"
    code, _, rows = bench("--only", "shapes_threads", "--peers", "treadle serial,futures threads", "--picture", picture)
    assert code == 0
    for row in rows.values():
        assert all(found["values"][0] > 0 and not found["trouble"] for found in row["peers"].values())
        assert set(row["peers"]) == {"treadle serial", "futures threads"}
        assert row["peers"]["futures threads"]["limit"]
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")


@pytest.mark.slow
def test_a_peer_that_hangs_is_told_and_all_it_started_is_ended(bench, tmp_path):
    code, printed, rows = bench("--only", "start", "--peers", "odd_peers:Hanging,treadle serial", "--deadline", "5")
    assert code == 0
    assert rows["start"]["peers"]["odd_peers:Hanging"]["trouble"] == "hangs"
    assert rows["start"]["peers"]["treadle serial"]["values"]
    assert "hangs" in printed
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize(
    ("peer", "trouble"),
    [
        ("odd_peers:Dying", "ends with code 3"),
        ("odd_peers:Wrong", "RuntimeError: wrong results"),
        ("odd_peers:Absent", "absent"),
        ("odd_peers:Nobody", "AttributeError"),
    ],
)
def test_a_peer_without_a_number_is_listed_with_the_reason(bench, peer, trouble):
    code, _, rows = bench("--only", "start", "--peers", peer)
    assert code == 0
    assert rows["start"]["peers"][peer]["values"] == []
    assert rows["start"]["peers"][peer]["trouble"].startswith(trouble)


def test_an_unknown_scenario_is_refused_with_those_there_are(bench):
    code, printed, _ = bench("--only", "shpes")
    assert code == 2
    assert "there is no scenario 'shpes'; there are start, shapes" in printed


def test_numbers_that_were_written_can_be_shown_again(bench, tmp_path):
    _, printed, _ = bench("--only", "start", "--peers", "treadle serial")
    kept = tmp_path / "kept.json"
    (tmp_path / "numbers.json").rename(kept)
    _, again, _ = bench("--show", str(kept))
    assert again.strip() in printed
