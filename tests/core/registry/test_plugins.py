"""A plug-in or a user's file offers functions in several ways."""

from __future__ import annotations

import sys
from contextlib import suppress

import pytest

from treadle.core.errors import ModuleLookupError
from treadle.core.registry.plugins import describe_file, describe_package

DECLARED = "from treadle import module\n@module(title='A')\ndef a(): ...\ndef b(): ..."


@pytest.fixture
def offers(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield tmp_path / "offers.py"
    with suppress(KeyError):
        del sys.modules["offers"]


@pytest.mark.parametrize(
    ("text", "value", "paths"),
    [
        (DECLARED, "offers", ["offers:a"]),
        (DECLARED, "offers:a", ["offers:a"]),
        (f"{DECLARED}\n__all__ = ['b']", "offers", ["offers:b"]),
        (f"{DECLARED}\n__all__ = ['a', 'b']", "offers", ["offers:a"]),
        ("def a(): ...\ndef give(): return [a, len]", "offers:give", ["offers:a", "builtins:len"]),
        (
            "from treadle.core.library.values import number\ndef x(): ...\n__all__ = ['x']",
            "offers",
            ["offers:x"],
        ),
    ],
)
def test_an_entry_point_offers_what_it_declares_lists_or_returns(offers, text, value, paths):
    offers.write_text(text)
    assert [module.path for module in describe_package(value)] == paths


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("from treadle.core.library.values import number", "offers", "it offers no modules"),
        ("x = 1", "offers:x", "a value of type 'int'"),
        ("def give(): return [lambda: 0]", "offers:give", "cannot be imported by name"),
    ],
)
def test_an_entry_point_that_offers_nothing_is_refused(offers, text, value, said):
    offers.write_text(text)
    with pytest.raises(ModuleLookupError, match=said):
        describe_package(value)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (DECLARED, ["offers:a"]),
        ("from math import sin\ndef a(): ...\ndef _b(): ...\nclass C: ...", ["offers:a"]),
        ("x = 1", []),
    ],
)
def test_a_users_file_offers_declared_functions_or_all_public_ones(offers, text, paths):
    offers.write_text(text)
    assert [module.path for module in describe_file(str(offers))] == paths


def test_a_users_file_called_like_another_module_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "json.py").write_text("def a(): ...")
    with pytest.raises(ModuleLookupError, match="another module is called 'json' already"):
        describe_file(str(tmp_path / "json.py"))
