"""Modules are found in the library, in plug-ins and in the user's folder; none is imported here."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest
from distributions import install

from treadle.core.modules import Module, Port
from treadle.core.registry.catalogue import Catalogue
from treadle.core.registry.module_cache import ModuleCache
from treadle.core.registry.registered import LIBRARY_FOLDER
from treadle.core.registry.registry import Registry, search

if TYPE_CHECKING:
    from pathlib import Path

PLUGIN = """
from treadle import module
from .inner import deep
import os
from os import getcwd

@module(title="Grow", category="Plants")
def grow(x: int) -> int:
    return x + 1

class Tree:
    def climb(self): ...
"""


@pytest.fixture
def site(tmp_path):
    package = install(tmp_path / "site", "plantation", PLUGIN)
    (package / "inner.py").write_text("from treadle import module\n@module\ndef deep(): ...\n")
    return tmp_path / "site"


@pytest.fixture
def registry(tmp_path, site):
    return Registry(tmp_path / "user", tmp_path / "cache", [str(site), *sys.path])


def declared_in(file: Path) -> set[str]:
    module = importlib.import_module(f"treadle.core.library.{file.stem}")
    return {
        f"{module.__name__}:{name}"
        for name, found in vars(module).items()
        if getattr(found, "__module__", "") == module.__name__ and hasattr(found, "__treadle_module__")
    }


def test_the_library_and_the_plugins_are_in_the_catalogue(registry):
    found = registry.catalogue(deadline=60)
    assert found.broken == []
    assert found.modules["plantation:grow"].category == "Plants"
    assert "plantation:deep" in found.modules
    library = {path for path in found.modules if path.startswith("treadle.core.library.")}
    assert library == {
        path for file in LIBRARY_FOLDER.glob("*.py") if file.stem != "__init__" for path in declared_in(file)
    }


def test_finding_modules_imports_none_of_them_here(registry, site):
    script = (
        "import sys; from pathlib import Path; from treadle.core.registry.registry import Registry\n"
        f"user, cache = Path({str(registry.user_folder)!r}), Path({str(site / 'c')!r})\n"
        f"r = Registry(user, cache, [{str(site)!r}, *sys.path])\n"
        "found = r.catalogue(60)\n"
        "assert 'plantation:grow' in found.modules and r.is_registered('plantation:grow')\n"
        "unwanted = ('plantation', 'treadle.core.library', 'numpy', 'PyQt6')\n"
        "bad = [m for m in sys.modules if m.startswith(unwanted)]\n"
        "raise SystemExit(str(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unchanged_plugin_is_not_imported_again(registry, site):
    first = registry.catalogue(deadline=60)
    (site / "plantation" / "__init__.py").write_text("raise RuntimeError('imported again')")
    assert registry.catalogue(deadline=60) == first


def test_a_new_version_of_a_plugin_is_described_anew(registry, site):
    registry.catalogue(deadline=60)
    (site / "plantation-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: plantation\nVersion: 1.1\n"
    )
    (site / "plantation" / "__init__.py").write_text("def new(): ...\n__all__ = ['new']")
    found = registry.catalogue(deadline=60)
    assert [path for path in found.modules if path.startswith("plantation")] == ["plantation:new"]


def test_an_editable_plugin_is_described_each_time(registry, site):
    (site / "plantation-1.0.dist-info" / "direct_url.json").write_text(
        '{"url": "file:///x", "dir_info": {"editable": true}}'
    )
    registry.catalogue(deadline=60)
    (site / "plantation" / "__init__.py").write_text("def changed(): ...\n__all__ = ['changed']")
    assert "plantation:changed" in registry.catalogue(deadline=60).modules


def test_a_manifest_makes_importing_unnecessary(registry, site):
    (site / "plantation" / "__init__.py").write_text("raise RuntimeError('imported')")
    (site / "plantation" / "treadle-modules.json").write_bytes(
        msgspec.json.encode([Module(path="plantation:listed", title="Listed")])
    )
    found = registry.catalogue(deadline=60)
    assert found.broken == []
    assert found.modules["plantation:listed"].title == "Listed"


@pytest.mark.parametrize("text", ["", "{}", '[{"pth": "x"}]', '[{"path": "not a path"}]', "\xff"])
def test_a_damaged_manifest_is_listed_as_broken(registry, site, text):
    (site / "plantation" / "treadle-modules.json").write_text(text, encoding="latin-1")
    (broken,) = registry.catalogue(deadline=60).broken
    assert broken.name == "plantation"
    assert "its manifest cannot be read" in broken.reason
    assert "treadle-modules.json" in broken.reason


def test_files_of_the_users_folder_are_modules(registry):
    registry.user_folder.mkdir()
    file = registry.user_folder / "my_own.py"
    file.write_text("def half(x: float) -> float: return x / 2\ndef _hidden(): ...")
    (registry.user_folder / "my_bad.py").write_text("1 / 0")
    (registry.user_folder / "_skipped.py").write_text("1 / 0")
    found = registry.catalogue(deadline=60)
    assert [path for path in found.modules if path.startswith("my_")] == ["my_own:half"]
    assert [(broken.name, "ZeroDivisionError" in broken.reason) for broken in found.broken] == [("my_bad.py", True)]
    file.write_text("def third(x: float) -> float: return x / 3")
    assert "my_own:third" in registry.catalogue(deadline=60).modules


@pytest.mark.parametrize(
    ("path", "registered"),
    [
        ("treadle.core.library.values:number", True),
        ("treadle.core.library.values:Pair", True),
        ("treadle.core.library.values:math.sqrt", False),
        ("treadle.core.library.values:Path", False),
        ("treadle.core.library.values:Pair.__new__.__globals__", False),
        ("treadle.core.library.nowhere:x", False),
        ("treadle.core.describing.describe:describe", False),
        ("plantation:grow", True),
        ("plantation:deep", True),
        ("plantation.inner:deep", True),
        ("plantation:Tree.climb", True),
        ("plantation:Tree.fall", False),
        ("plantation:getcwd", False),
        ("plantation:os.system", False),
        ("plantation.nowhere:x", False),
        ("plantation:nothing", False),
        ("os:system", False),
        ("builtins:eval", False),
        ("numpy:load", False),
        ("", False),
        (":", False),
    ],
)
def test_only_what_a_registered_package_defines_itself_is_registered(registry, path, registered):
    assert registry.is_registered(path) is registered


def test_a_damaged_cache_file_is_just_a_miss(tmp_path):
    cache = ModuleCache(tmp_path)
    kept = [Module(path="a:b", inputs=(Port(name="x", default=[1]),))]
    cache.put("plugin", "1", kept)
    assert cache.get("plugin", "1") == kept
    assert cache.get("plugin", "2") is None
    assert cache.get("other", "1") is None
    (file,) = tmp_path.iterdir()
    for damage in (b"", b"{", b"\xff\xfe", file.read_bytes()[:-3], b"[" * 100_000):
        file.write_bytes(damage)
        assert cache.get("plugin", "1") is None


def test_nothing_is_kept_without_a_stamp_or_a_place(tmp_path):
    ModuleCache(tmp_path).put("plugin", "", [])
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    nowhere = ModuleCache(tmp_path / "file")
    nowhere.put("plugin", "1", [])
    assert nowhere.get("plugin", "1") is None


def catalogue(*modules: Module) -> Catalogue:
    return Catalogue({module.path: module for module in modules}, [])


SHELF = catalogue(
    Module(path="lib:smooth", title="Smooth", category="Images", help="Blur an image."),
    Module(path="lib:table", title="Make a table", category="Tables", help="Rows and columns."),
    Module(path="lib:label", title="Label", category="Images", help="Number the parts; a table of them too."),
    Module(path="lib:read_csv", title="Read CSV", category="Files", help="Read rows."),
)


@pytest.mark.parametrize(
    ("word", "best"),
    [
        ("smooth", "lib:smooth"),
        ("smoth", "lib:smooth"),
        ("tabel", "lib:table"),
        ("blur", "lib:smooth"),
        ("csv", "lib:read_csv"),
        ("TABLE", "lib:table"),
        ("images label", "lib:label"),
        ("lib:read_csv", "lib:read_csv"),
        ("rea", "lib:read_csv"),
    ],
)
def test_search_finds_the_meant_module_first(word, best):
    assert search(SHELF, word)[0].path == best


def test_search_demands_every_word():
    assert search(SHELF, "smooth csv") == []
    assert search(SHELF, "zzzzzz") == []


def test_an_empty_search_lists_everything_by_category():
    assert [module.path for module in search(SHELF, " ")] == [
        "lib:read_csv",
        "lib:label",
        "lib:smooth",
        "lib:table",
    ]


def test_the_standard_places_follow_the_platform(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert Registry().user_folder == tmp_path / "treadle" / "modules"
    assert os.listdir(tmp_path) == []  # noqa: PTH208
