"""A module that was edited after it was loaded is not what this process executes."""

from __future__ import annotations

import importlib
import itertools
import os
import sys
import time

import pytest

from treadle.core.cache.loaded import is_current

NUMBERS = itertools.count(1)
TEXT = """
import functools
from dataclasses import dataclass

FACTOR = 2

def wrapped(function):
    @functools.wraps(function)
    def inner(*args):
        return function(*args)
    return inner

@wrapped
def scaled(x):
    return (lambda y: FACTOR * y)(x) + 10

@dataclass
class Point:
    x: float = 0.0

    @property
    def size(self):
        return abs(self.x)

    @staticmethod
    def origin():
        return Point(0)
"""


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """Return a function that says whether a module is current after such an edit of its file."""
    monkeypatch.syspath_prepend(tmp_path)
    name = f"loaded_steps_{next(NUMBERS)}"
    file = tmp_path / f"{name}.py"

    def after(text: str, *, load: bool = True) -> bool:
        file.write_text(TEXT)
        if load:
            importlib.import_module(name)
        file.write_text(text)
        return is_current(name, file)

    yield after
    sys.modules.pop(name, None)


def test_a_module_that_was_not_edited_is_current(edited):
    assert edited(TEXT)
    assert edited(f"{TEXT}\n# a comment at the end")


def test_a_module_that_will_be_loaded_is_current(edited):
    assert edited(TEXT.replace("+ 10", "+ 20"), load=False)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("+ 10", "+ 20"), ("FACTOR * y", "FACTOR + y"), ("FACTOR = 2", "FACTOR = 2.0"), ("abs(self.x)", "-self.x"),
        ("Point(0)", "Point(1)"), ("function(*args)", "None"), ("def scaled", "def renamed"),
        ("\nimport", "\nif import"),
    ],
)  # fmt: skip
def test_a_module_of_which_anything_was_edited_is_not(edited, old, new):
    assert old in TEXT
    assert not edited(TEXT.replace(old, new))


def test_a_file_that_is_older_than_this_process_is_what_it_loaded(tmp_path):
    file = tmp_path / "old.py"
    file.write_text("no Python at all")
    old = time.time() - 10**6
    os.utime(file, (old, old))
    assert is_current("os", file)
