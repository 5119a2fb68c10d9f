"""What holds for every module of the library."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest

import treadle.core.library
from treadle.core.worker.declare import declaration_of

FILES = sorted(Path(treadle.core.library.__file__).parent.glob("*.py"))
NAMES = [path.stem for path in FILES if path.stem != "__init__"]


def modules_of(name):
    found = importlib.import_module(f"treadle.core.library.{name}")
    functions = inspect.getmembers(found, inspect.isfunction)
    return [f for _, f in functions if f.__module__ == found.__name__ and declaration_of(f)]


MODULES = [pytest.param(f, id=f"{name}-{f.__name__}") for name in NAMES for f in modules_of(name)]


def test_there_are_modules_of_every_kind():
    assert len(MODULES) > 120
    assert len({declaration_of(p.values[0]).category for p in MODULES}) >= 12


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_only_the_standard_library_and_the_worker_are_imported_at_the_top(path):
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= sys.stdlib_module_names
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module.split(".")[0] in sys.stdlib_module_names
        elif isinstance(node, ast.ImportFrom) and node.level > 1:
            assert node.module == "worker"


@pytest.mark.parametrize("function", MODULES)
def test_every_module_has_a_title_a_category_and_a_line_for_each_port(function):
    declared = declaration_of(function)
    assert declared.title
    assert declared.category
    described = re.findall(r"^ {4}(?:    )?(\w+): ", inspect.getdoc(function), re.MULTILINE)
    assert [name for name in described if name != "Args"] == list(inspect.signature(function).parameters)


@pytest.mark.parametrize("function", MODULES)
def test_every_port_has_a_type(function):
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(p.annotation is not inspect.Parameter.empty for p in signature.parameters.values())


def test_titles_are_unique_within_a_category():
    shown = [(declaration_of(p.values[0]).category, declaration_of(p.values[0]).title) for p in MODULES]
    assert len(shown) == len(set(shown))
