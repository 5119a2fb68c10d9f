"""What is imported, and when: the core needs few packages, and a command only what it uses."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

BLOCK = """
import importlib.abc, sys
class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"PyQt6", "pyqtgraph", "ipyparallel", "networkx", "numpy", "rich"}:
            raise ImportError(f"{name} is blocked here")
sys.meta_path.insert(0, Blocked())
"""
CORE = """
import importlib, pkgutil
import treadle.core
for found in pkgutil.walk_packages(treadle.core.__path__, "treadle.core."):
    if not found.name.startswith("treadle.core.library.") and not found.name.endswith("__main__"):
        importlib.import_module(found.name)
from treadle import Pipeline, run, sweep
def double(x: int) -> int:
    return 2 * x
def total(values: list[int]) -> int:
    return sum(values)
p = Pipeline("tiny")
doubled = p.add(double, x=sweep([1, 2, 3]))
node = p.add(total, values=doubled.out.joined())
assert run(p)[node] == 12
"""
LOADED = "import json, sys; print(json.dumps(sorted(sys.modules)))"


def python(code: str, *arguments: str) -> str:
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded_by(code: str, *arguments: str) -> set[str]:
    return set(json.loads(python(f"{code}\n{LOADED}", *arguments).splitlines()[-1]))


def test_the_core_runs_a_pipeline_without_the_large_packages():
    python(BLOCK + CORE)


def test_importing_treadle_imports_nothing_of_it():
    new = loaded_by("import treadle") - loaded_by("from importlib import import_module; import typing")
    assert {name for name in new if name.startswith("treadle")} == {"treadle"}


def test_every_public_name_can_be_had():
    python("import treadle\nfor name in treadle.__all__: getattr(treadle, name)")
    python("from treadle import *\nPipeline, run, module")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        __import__("treadle").nothing  # noqa: B018


@pytest.mark.parametrize("arguments", [["check"], ["run", "--dry-run"], ["run", "--json"], ["run"]])
def test_a_command_imports_only_what_it_uses(tmp_path, arguments):
    path = tmp_path / "empty.treadle"
    value = {"path": "treadle.core.library.values:number", "outputs": [{"name": "out", "type": "float"}]}
    value["inputs"] = [{"name": "value", "type": "float"}]
    nodes = {"a": {"module": "n", "params": {"value": 1.5}}}
    path.write_text(json.dumps({"treadle": 1, "modules": {"n": value}, "nodes": nodes}))
    code = "import sys\nfrom treadle.app.cli import main\nassert main(sys.argv[1:]) == 0"
    loaded = {name.partition(".")[0] for name in loaded_by(code, *arguments, str(path))}
    assert not loaded & {"numpy", "networkx", "rich", "PyQt6", "pyqtgraph", "ipyparallel", "asyncio"}


def test_the_modules_are_listed_without_importing_numpy(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    code = "import sys\nfrom treadle.app.cli import main\nassert main(['modules']) == 0"
    loaded = {name.partition(".")[0] for name in loaded_by(code)}
    assert not loaded & {"numpy", "networkx", "PyQt6"}
