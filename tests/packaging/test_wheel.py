"""The wheel holds all that the tree holds, and runs where folders of the same names stand in the way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOMES = {"app": "treadle/app", "core": "treadle/core", "schemes": "treadle/schemes", "src/treadle": "treadle"}

pytestmark = pytest.mark.slow


def tree() -> set[str]:
    """Return what belongs into the wheel, by the names it has there."""
    expected = {"treadle/py.typed"}
    for folder, home in HOMES.items():
        for path in (ROOT / folder).rglob("*.py"):
            expected.add(f"{home}/{path.relative_to(ROOT / folder)}")
    for path in (ROOT / "resources").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            expected.add(f"treadle/resources/{path.relative_to(ROOT / 'resources')}")
    return expected


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Build from a copy: what an earlier build left in the checkout must not get in."""
    source = tmp_path_factory.mktemp("source") / "treadle"
    kept = shutil.ignore_patterns(".*", "build", "dist", "output", "*.egg-info", "__pycache__", "tests", "benchmarks")
    shutil.copytree(ROOT, source, ignore=kept)
    target = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(target),
        str(source),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if "No module named build" in done.stderr or "Missing dependencies" in done.stdout:
        command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(target), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """Return the interpreter of an environment with this wheel and, after it, the packages installed here."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    (packages,) = folder.glob("lib/python*/site-packages")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(packages), str(wheel)],
        check=True,
        timeout=300,
    )
    # A path in a .pth file is searched last, and .pth files found there are not read: no editable install.
    (packages / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return folder / "bin" / "python"


def test_the_wheel_holds_what_the_tree_holds_and_no_more(wheel):
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == tree()


def test_the_wheel_holds_the_examples_the_schema_and_the_licence(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "treadle/resources/schema/treadle-1.json" in names
    assert "treadle/resources/examples/first_run.treadle" in names
    assert any(name.endswith("/LICENSE") for name in names)
    assert any(name.endswith(".dist-info/entry_points.txt") for name in names)


def test_it_runs_an_example_beside_folders_of_the_same_names(installed, tmp_path):
    for decoy in ("app", "core", "schemes", "resources", "src"):
        (tmp_path / decoy).mkdir()
        (tmp_path / decoy / "__init__.py").write_text("raise RuntimeError('this is a decoy')\n")
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    where = "import treadle.core.run, treadle; print(treadle.__file__)"
    found = subprocess.run(
        [str(installed), "-c", where],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=environment,
    )
    package = Path(found.stdout.strip()).parent
    assert installed.parents[1] in package.parents, "another installation of Treadle was imported"
    example = package / "resources" / "examples" / "first_run.treadle"
    done = subprocess.run(
        [str(installed), "-m", "treadle", "run", str(example), "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state"] == "succeeded"


def test_the_command_is_installed(installed, tmp_path):
    (script,) = installed.parents[1].glob("lib/python*/site-packages/bin/treadle")
    assert "from treadle.__main__ import main" in script.read_text()
