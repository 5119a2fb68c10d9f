"""The bundled examples, run from the command line on real data, give the answers that plain scripts gave."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import sysconfig
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from treadle.app.schemes import SCHEMES

EXAMPLES = resources.files("treadle.resources") / "examples"
NAMES = sorted(entry.name.removesuffix(".treadle") for entry in EXAMPLES.iterdir() if entry.name.endswith(".treadle"))

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Run each example once, in an empty home, and keep the documents it printed."""
    home = tmp_path_factory.mktemp("home")
    return {name: run_example(name, home, "serial") for name in NAMES}


def run_example(name: str, home: Path, scheme: str) -> dict[str, Any]:
    file = EXAMPLES / f"{name}.treadle"
    command = [sys.executable, "-m", "treadle", "run", str(file), "-x", scheme, "--json", "--no-cache"]
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "MPLCONFIGDIR": str(home)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, cwd=home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def answer(results: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    return results[name]["outputs"]["answer"]["out"]


def test_there_are_six_examples():
    assert NAMES == [
        "certified_statistics", "first_run", "fmri_quality_control", "image_folder", "model_grid", "radio_sources",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in NAMES if name != "image_folder"])
def test_every_task_of_the_example_succeeds(results, name):
    assert results[name]["state"] == "succeeded"
    assert set(results[name]["tasks"]) == {"succeeded"}
    assert results[name]["failures"] == []


@pytest.mark.parametrize("scheme", [name for name in ("auto", *SCHEMES) if name != "serial"])
@pytest.mark.parametrize("name", NAMES)
def test_every_scheme_gives_the_same_answers(results, tmp_path, name, scheme):
    found = run_example(name, tmp_path, scheme)
    expected = results[name]
    assert found["outputs"] == expected["outputs"]
    assert found["tasks"] == expected["tasks"]
    # What a module does not support goes elsewhere, but never into the program's own process.
    assert "serial" not in found["schemes"]
    assert scheme != "processes" or set(found["schemes"]) == {"processes"}


def test_first_run_equals_a_five_line_script_on_the_same_interpreter(results):
    expected = []
    for path in Path(sysconfig.get_path("stdlib")).glob("*.py"):
        kinds = [type(node).__name__ for node in ast.walk(ast.parse(path.read_bytes()))]
        functions = kinds.count("FunctionDef") + kinds.count("AsyncFunctionDef")
        expected.append({"file": path.name, "functions": functions, "classes": kinds.count("ClassDef")})
    found = answer(results, "first_run")
    assert found["files"] == len(expected)
    by_name = lambda row: row["file"]  # noqa: E731
    assert sorted(found["table"], key=by_name) == sorted(expected, key=by_name)
    counts = [row["functions"] for row in found["table"]]
    assert counts == sorted(counts, reverse=True)


def test_the_fmri_series_is_as_stable_as_plain_scripts_say(results):
    found = answer(results, "fmri_quality_control")
    assert found["mask_voxels"] == 1055
    assert found["median_tsnr_raw"] == pytest.approx(100.462314, rel=1e-6)
    assert found["median_tsnr_smoothed"] == pytest.approx(204.847301, rel=1e-6)
    dvars = found["dvars"]
    assert len(dvars) == 19
    assert dvars[0] == pytest.approx(56.692896, rel=1e-6)
    assert max(dvars) == pytest.approx(67.577375, rel=1e-6)
    assert dvars.index(max(dvars)) == 14


def test_the_radio_field_has_its_noise_islands_and_brightest_source(results):
    found = answer(results, "radio_sources")
    assert found["noise"] * 1000 == pytest.approx(53.19, abs=0.005)
    assert found["islands"] == len(found["catalogue"]) == 44
    assert all(row["area"] >= 5 for row in found["catalogue"])
    brightest = found["catalogue"][0]
    assert brightest["max brightness"] == pytest.approx(13.5759, abs=5e-5)
    # Its centre of brightness lies within an arc minute of PKS 1934-638, a quarter of a pixel.
    assert brightest["arcmin from PKS 1934-638"] < 1


def test_the_coins_are_counted_and_the_unreadable_file_is_reported_while_the_rest_goes_on(results):
    found = answer(results, "image_folder")
    assert found["coins"] == 24
    assert found["coins_area"] == [{"sum of area": 38943}]
    assert len(found["areas"]) == 30, "ten images by three methods"
    assert results["image_folder"]["state"] == "succeeded with failures"
    (failure,) = results["image_folder"]["failures"]
    assert failure["task"].startswith("image[")
    assert "README.txt" in failure["message"]


def test_the_best_model_is_that_of_a_grid_search_by_the_library_itself(results):
    from sklearn.datasets import load_breast_cancer
    from sklearn.model_selection import GridSearchCV, StratifiedKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    best = answer(results, "model_grid")["best"]
    assert (best["C"], best["gamma"]) == (100, 0.001)
    assert best["accuracy"] == pytest.approx(0.9806707033, abs=1e-10)
    assert results["model_grid"]["tasks"]["succeeded"] > 80

    grid = {"svc__C": [0.1, 1, 10, 100], "svc__gamma": ["scale", 0.001, 0.01, 0.1]}
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    search = GridSearchCV(make_pipeline(StandardScaler(), SVC()), grid, cv=folds)
    search.fit(*load_breast_cancer(return_X_y=True))
    assert best["accuracy"] == search.best_score_


def test_analyses_of_variance_agree_with_nist_to_ten_digits_but_for_the_three_hard_ones(results):
    digits = {row["file"]: row["digits"] for row in answer(results, "certified_statistics")["table"]}
    assert len(digits) == 11
    hard = {"SmLs07", "SmLs08", "SmLs09"}
    assert all(digits[name] >= 10 for name in digits if name not in hard)
    assert all(4 <= digits[name] < 5 for name in hard)


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_written_as_treadle_writes_it_and_needs_no_question(name):
    from treadle import Pipeline
    from treadle.core.document import encode
    from treadle.core.trust import TrustStore

    path = Path(str(EXAMPLES / f"{name}.treadle"))
    pipeline = Pipeline.load(path)
    assert encode(pipeline) == path.read_bytes()
    assert pipeline.check() == []
    assert TrustStore(Path("/nowhere")).is_trusted(pipeline)


@pytest.mark.parametrize("name", NAMES)
def test_the_modules_are_still_what_the_file_says(name):
    from treadle import Pipeline
    from treadle.app.cli.check import compare_with_imports

    assert compare_with_imports(Pipeline.load(str(EXAMPLES / f"{name}.treadle"))) == []
