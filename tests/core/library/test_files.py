from __future__ import annotations

import ast
import sys
import sysconfig
from pathlib import Path

import pytest

from treadle.core.library import files


@pytest.fixture
def folder(tmp_path):
    for name in ("b.txt", "a.txt", "c.csv", "inner/d.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    return tmp_path


@pytest.fixture
def package(tmp_path, monkeypatch):
    top = tmp_path / "packages" / "sample_package_of_tests"
    (top / "data").mkdir(parents=True)
    (top / "__init__.py").write_text("raise RuntimeError('imported')")
    (top / "data" / "x.txt").write_text("x")
    (top / "data" / "y.txt").write_text("y")
    (tmp_path / "packages" / "secret.txt").write_text("s")
    (tmp_path / "packages" / "lone_module_of_tests.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    return "sample_package_of_tests"


def names(paths):
    return [path.name for path in paths]


def test_files_are_listed_sorted_and_folders_left_out(folder):
    assert names(files.list_files(folder)) == ["a.txt", "b.txt", "c.csv"]
    assert names(files.list_files(folder, "*.csv; b*")) == ["b.txt", "c.csv"]
    assert names(files.list_files(folder, "*.txt", recursive=True)) == ["a.txt", "b.txt", "d.txt"]
    assert files.list_files(folder, "*.nothing") == []


def test_a_folder_that_cannot_be_listed_is_named_with_the_reason(folder):
    with pytest.raises(NotADirectoryError, match="missing: it does not exist"):
        files.list_files(folder / "missing")
    with pytest.raises(NotADirectoryError, match="it is a file"):
        files.list_files(folder / "a.txt")


@pytest.mark.parametrize(("pattern", "told"), [(" ; ", "empty"), ("/etc/*", "relative")])
def test_a_pattern_that_means_nothing_here_is_refused(folder, pattern, told):
    with pytest.raises(ValueError, match=told):
        files.list_files(folder, pattern)


def test_a_file_of_a_package_is_found_without_importing_it(package):
    assert files.package_file(package, "data/x.txt").read_text() == "x"
    assert names(files.package_files(package, "data/*.txt")) == ["x.txt", "y.txt"]
    assert names(files.package_files(package, "x.*", recursive=True)) == ["x.txt"]
    assert names(files.package_files(f"{package}.data", "y*; x*")) == ["x.txt", "y.txt"]
    assert package not in sys.modules


OUTSIDE = ["../secret.txt", "/etc/passwd", "data/../../secret.txt", "", "..\\secret.txt"]


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_that_leaves_the_package_is_refused(package, path):
    with pytest.raises(ValueError, match=r"leaves the package|is empty"):
        files.package_file(package, path)
    with pytest.raises(ValueError, match=r"leaves the package|is empty"):
        files.package_files(package, path)


def test_a_missing_package_is_named_with_the_command_that_installs_it():
    with pytest.raises(ModuleNotFoundError, match="pip install no_such_package_here"):
        files.package_file("no_such_package_here", "a.txt")


def test_a_package_without_the_file_says_where_it_was_looked_for(package):
    with pytest.raises(FileNotFoundError, match=r"has no file 'data/z\.txt'"):
        files.package_file(package, "data/z.txt")
    with pytest.raises(FileNotFoundError, match=r"no file that matches '\*\.dat'"):
        files.package_files(package, "*.dat")


def test_what_is_no_package_is_refused(package):
    with pytest.raises(ValueError, match="not the import name"):
        files.package_file("../etc", "passwd")
    with pytest.raises(NotADirectoryError, match="no package with a folder"):
        files.package_file("lone_module_of_tests", "a.txt")


def test_the_python_library_is_its_top_level_files():
    found = files.python_library_files()
    assert found == sorted(found)
    assert {"ast.py", "pathlib.py", "json"} & set(names(found)) == {"ast.py", "pathlib.py"}
    assert {path.parent for path in found} == {Path(sysconfig.get_path("stdlib"))}
    assert all(isinstance(ast.parse(path.read_bytes()), ast.Module) for path in found[:3])


def test_text_is_written_with_its_folders_and_read_back(tmp_path):
    path = tmp_path / "new" / "deep" / "a.txt"
    assert files.write_text("grün\r\n", path) == path
    assert path.read_bytes() == "grün\r\n".encode()
    assert files.read_text(files.write_text("é", path, "latin-1"), "latin-1") == "é"
    assert names(path.parent.iterdir()) == ["a.txt"]


def test_text_in_another_encoding_says_so(tmp_path):
    (tmp_path / "a").write_bytes(b"ok \xff")
    with pytest.raises(ValueError, match=r"not utf-8 text \(byte 3\)"):
        files.read_text(tmp_path / "a")
    with pytest.raises(ValueError, match="no encoding called 'klingon'"):
        files.read_text(tmp_path / "a", "klingon")


def test_bytes_are_written_and_read_as_they_are(tmp_path):
    assert files.read_bytes(files.write_bytes(b"\x00\xff", tmp_path / "a.bin")) == b"\x00\xff"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = files.write_text("old", tmp_path / "a.txt")
    with pytest.raises(UnicodeEncodeError):
        files.write_text("é", path, "ascii")
    assert path.read_text() == "old"
    assert names(tmp_path.iterdir()) == ["a.txt"]


def test_a_folder_is_not_replaced_by_a_file(tmp_path):
    with pytest.raises(IsADirectoryError, match="Give a file name"):
        files.write_text("x", tmp_path)


def test_a_replaced_file_keeps_its_permissions(tmp_path):
    path = files.write_text("x", tmp_path / "a.txt")
    path.chmod(0o600)
    files.write_text("y", path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_is_copied_to_a_name_or_into_a_folder(folder, tmp_path):
    target = files.copy_file(folder / "a.txt", tmp_path / "out" / "z.txt")
    assert target.read_text() == "a.txt"
    assert files.copy_file(folder / "b.txt", tmp_path / "out") == tmp_path / "out" / "b.txt"
    with pytest.raises(FileExistsError, match="exists already"):
        files.copy_file(folder / "a.txt", target, "fail")
    with pytest.raises(FileNotFoundError, match="to copy"):
        files.copy_file(folder / "none", target)


def test_a_file_is_known_without_opening_it(folder):
    info = files.file_info(folder / "a.txt")
    assert info[:5] == ("a.txt", "a", ".txt", folder, 5)
    assert info.modified == (folder / "a.txt").stat().st_mtime


def test_a_path_is_built_from_folder_and_name():
    assert files.build_path(Path("/data"), "a.txt") == Path("/data/a.txt")


def test_a_written_path_may_start_at_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert files.write_text("x", Path("~/a.txt")) == tmp_path / "a.txt"
    assert names(tmp_path.iterdir()) == ["a.txt"]
