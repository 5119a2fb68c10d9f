"""Fingerprints change with the code that is called, and with nothing else; nothing is imported for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from treadle.core.cache.distributions import distribution_of
from treadle.core.cache.fingerprints import Fingerprints
from treadle.core.worker.call import Target
from treadle.core.worker.digest import UndigestedError


@pytest.fixture
def of(tmp_path):
    """Return a function that gives the fingerprint of an import path as a new run would find it."""
    return lambda path, **form: Fingerprints([tmp_path]).of(Target(path, **form))


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


FILES = {
    "own_package/__init__.py": "",
    "own_package/steps.py": "from .deep import inner\nfrom . import beside\nfrom .. import nothing\n",
    "own_package/beside.py": "import own_single as other\n",
    "own_package/deep/__init__.py": "from .inner import x\n",
    "own_package/deep/inner.py": "def f():\n    from own_package.later import y\n",
    "own_package/later.py": "y = 1\n",
    "own_package/unused.py": "z = 1\n",
    "own_single.py": "import numpy, os\nimport own_single\n",
}


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_module_changes_with_each_file_that_it_imports_directly_or_not(tmp_path, of, name):
    for file, text in FILES.items():
        write(tmp_path, file, text)
    before = of("own_package.steps:step")
    assert of("own_package.steps:step") == before
    assert of("own_package.steps:other") != before
    write(tmp_path, name, FILES[name] + "# changed\n")
    assert (of("own_package.steps:step") != before) == (name != "own_package/unused.py")
    assert not [loaded for loaded in sys.modules if loaded.startswith("own_")]


def test_the_place_of_a_file_does_not_count(tmp_path):
    found = set()
    for place in ("a", "b"):
        write(tmp_path / place, "own_steps.py", "def step(): ...\n")
        found.add(Fingerprints([tmp_path / place]).of(Target("own_steps:step")))
    assert len(found) == 1


def test_a_file_that_is_no_python_any_more_still_has_a_fingerprint(tmp_path, of):
    write(tmp_path, "own_broken.py", "def step(:\n")
    assert of("own_broken:step")


def test_a_module_that_cannot_be_found_has_none(of):
    with pytest.raises(UndigestedError, match="nowhere_at_all:step"):
        of("nowhere_at_all:step")


def test_source_changes_with_its_text_and_with_what_it_imports(tmp_path, of):
    write(tmp_path, "own_import.py", "x = 1\n")
    source = "import own_import\ndef step(): return own_import.x\n"
    before = of("", source=source, name="step")
    assert of("", source=source, name="step") == before
    assert of("", source=source + "#", name="step") != before
    write(tmp_path, "own_import.py", "x = 2\n")
    assert of("", source=source, name="step") != before


def installed(folder: Path, version: str, top: str = "fancy", name: str = "other_name", *, local: bool = False) -> Path:
    site = folder / "site-packages"
    write(site, f"{top}/__init__.py", f"# {version}\n")
    write(site, f"{name}-{version}.dist-info/RECORD", f"{top}/__init__.py,sha256=abc,3\n{name}.dist-info/RECORD,,\n")
    if local:
        write(site, f"{name}-{version}.dist-info/direct_url.json", "{}")
    return site


def test_an_installed_module_counts_by_the_version_of_its_distribution(tmp_path):
    site = installed(tmp_path, "1.0")
    before = Fingerprints([site]).of(Target("fancy:step"))
    (site / "fancy" / "__init__.py").write_text("# touched, but of the same version\n")
    assert Fingerprints([site]).of(Target("fancy:step")) == before
    (site / "other_name-1.0.dist-info").rename(site / "other_name-1.1.dist-info")
    assert Fingerprints([site]).of(Target("fancy:step")) != before


def test_what_was_installed_from_a_folder_counts_by_its_content(tmp_path):
    site = installed(tmp_path, "1.0", local=True)
    before = Fingerprints([site]).of(Target("fancy:step"))
    record = site / "other_name-1.0.dist-info" / "RECORD"
    record.write_text(record.read_text().replace("abc", "def"))
    os.utime(site, (1, 1))
    assert Fingerprints([site]).of(Target("fancy:step")) != before


def test_distributions_are_found_by_what_they_installed():
    import _pytest
    import numpy

    assert distribution_of(Path(numpy.__file__)).startswith("numpy-")
    assert distribution_of(Path(_pytest.__file__)).startswith("pytest-")


def test_a_loose_file_among_installed_packages_is_the_users_own(tmp_path):
    site = installed(tmp_path, "1.0")
    write(site, "loose.py", "x = 1\n")
    assert distribution_of(site / "loose.py") is None
    assert distribution_of(site / "fancy" / "__init__.py") == "other_name-1.0"


def test_treadles_own_library_counts_by_version_and_file(of):
    assert of("treadle.core.library.text:change_case") != of("treadle.core.library.tables:change_case")


# Functions of a script

_SCRIPT = """
import functools, math, sys
import numpy as np
from dataclasses import dataclass
from treadle import module
from treadle.core.cache.fingerprints import Fingerprints
from treadle.core.worker.call import Target

NAMES = {"one", "two", "three", "four"}

@dataclass
class Point:
    x: float = 1.0
    def far(self): return math.hypot(self.x, FACTOR)

FACTOR = 2.0

def helper(x, names=frozenset({"a", "b", "c"})):
    if x in {"p", "q", "r"}: return recursive(x)
    return np.sin(x) * FACTOR

def recursive(x):
    return helper(x) if x else Point(x).far() + len(NAMES)

@module(title="step")
def step(x: float) -> float:
    return sum(map(lambda y: helper(y) + recursive(y), [x]))

def made():
    held = {"z": [1, 2]}
    def inner(x): return held, x
    return inner

for function in (step, made(), functools.partial(helper, x=1), lambda x: x + FACTOR):
    print(Fingerprints([]).of(Target(live=function)).hex())
"""


def fingerprints_of(script: Path, text: str, seed: str) -> list[str]:
    script.write_text(text)
    shown = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    return shown.stdout.split()


def test_functions_of_a_script_are_known_again_in_another_process(tmp_path):
    first = fingerprints_of(tmp_path / "a.py", _SCRIPT, "1")
    assert len(set(first)) == 4
    assert fingerprints_of(tmp_path / "b.py", "\n\n# moved\n" + _SCRIPT, "2") == first


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("FACTOR = 2.0", "FACTOR = 3.0", [True, False, True, True]),
        ("np.sin", "np.cos", [True, False, True, False]),
        ("math.hypot", "math.dist", [True, False, True, False]),
        ('{"p", "q", "r"}', '{"p", "q"}', [True, False, True, False]),
        ('"four"', '"five"', [True, False, True, False]),
        ("[1, 2]", "[1, 3]", [False, True, False, False]),
        ("x: float = 1.0", "x: float = 2.0", [True, False, True, False]),
        ("helper, x=1", "helper, x=2", [False, False, True, False]),
    ],
)
def test_functions_of_a_script_change_with_all_that_they_use(tmp_path, old, new, changed):
    before = fingerprints_of(tmp_path / "a.py", _SCRIPT, "1")
    after = fingerprints_of(tmp_path / "a.py", _SCRIPT.replace(old, new), "1")
    assert [one != other for one, other in zip(before, after, strict=True)] == changed
