from __future__ import annotations

import sys

import pytest

from treadle.core.library.optional import need


def test_what_is_installed_is_imported():
    assert need("json", "reading JSON").loads("1") == 1


@pytest.mark.parametrize(("name", "package"), [("PIL.Image", "Pillow"), ("skimage.io", "scikit-image")])
def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch, name, package):
    top = name.partition(".")[0]
    monkeypatch.setitem(sys.modules, top, None)
    monkeypatch.delitem(sys.modules, name, raising=False)
    told = rf"^reading images needs {package}: pip install 'treadle\[science\]'"
    with pytest.raises(ImportError, match=told):
        need(name, "reading images")


def test_a_package_that_is_broken_inside_says_what_it_lacks(tmp_path, monkeypatch):
    (tmp_path / "broken_package_of_tests.py").write_text("import no_such_module_at_all")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ImportError, match="cannot be imported: No module named 'no_such_module_at_all'"):
        need("broken_package_of_tests", "testing")
