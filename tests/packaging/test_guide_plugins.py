"""The plug-in that the guide writes is installed by pip, and does what the guide says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "guide-plugins.md"

pytestmark = pytest.mark.slow


def run(*command: str, cwd: Path, **variables: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **variables}, capture_output=True, text=True, timeout=250, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """Write the files that the guide shows, each of which names itself in its first line."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "signals" / "examples").mkdir(parents=True)
    for name, text in re.findall(r"^```\w+\n# (\S+\.\w+)\n(.*?)^```", GUIDE.read_text(), re.DOTALL | re.MULTILINE):
        (folder / name).write_text(text)
    run(sys.executable, "make_example.py", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def site(project) -> str:
    target = project / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    run(*pip, "--target", str(target), ".", cwd=project)
    return str(target)


def treadle(site: str, *words: str, cwd: Path) -> str:
    return run(sys.executable, "-P", "-m", "treadle", *words, cwd=cwd, PYTHONPATH=site)


def test_what_it_offers_is_listed_as_the_guide_says(site, tmp_path):
    shown = re.search(r"^\$ treadle plugins\n(.*?)^\$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    assert shown is not None
    assert treadle(site, "plugins", cwd=tmp_path) == shown[1]


def test_its_example_runs_its_modules_on_its_scheme(site, tmp_path):
    file = treadle(site, "examples", "signals/loudness", cwd=tmp_path).strip()
    assert file.startswith(site)
    found = json.loads(treadle(site, "run", file, "-x", "nice", "--no-cache", "--json", cwd=tmp_path))
    assert (found["state"], found["schemes"]) == ("succeeded", {"nice": 4})
    (values,) = [outputs["out"] for outputs in found["outputs"].values()]
    assert values == pytest.approx([0.5**0.5] * 2)


def test_its_scheme_passes_the_tests_that_the_guide_tells_of(site, project, tmp_path):
    (tmp_path / "test_scheme.py").write_text((project / "test_scheme.py").read_text())
    pytest_ = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_scheme.py"]
    assert re.search(r"\d\d passed", run(*pytest_, cwd=tmp_path, PYTHONPATH=site))
