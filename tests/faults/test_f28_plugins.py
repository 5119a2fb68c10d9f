"""F28: plug-ins that misbehave when they are imported are listed with their reason and delay nothing."""

from __future__ import annotations

import sys

import psutil
import pytest
from distributions import install

from treadle.core.registry.registry import Catalogue, Registry

PLUGINS = {
    "raises": "raise RuntimeError('out of order')",
    "exits": "import sys\nsys.exit('enough')",
    "dies": "import os\nos._exit(3)",
    "interrupts": "raise KeyboardInterrupt",
    "sleeps": "import time\ntime.sleep(600)",
    "sleeps_too": "import time\ntime.sleep(600)",
    "misspelt": "from treadle import modul",
    "empty": "",
    "asks": "input('name? ')",
    "prints": "from treadle import module\nprint('hello ' * 100_000)\n@module\ndef fine(): ...",
    "good": "from treadle import module\n@module\ndef fine(): ...",
}


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> Catalogue:
    folder = tmp_path_factory.mktemp("plugins")
    for name, text in PLUGINS.items():
        install(folder / "site", name, text)
    before = children()
    registry = Registry(folder / "user", folder / "cache", [str(folder / "site"), *sys.path])
    catalogue = registry.catalogue()
    assert children() == before, "a describer process was left"
    return catalogue


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("raises", "RuntimeError: out of order"),
        ("exits", "SystemExit: enough"),
        ("dies", "ended with exit code 3"),
        ("interrupts", "KeyboardInterrupt"),
        ("sleeps", "importing took longer than 2 s"),
        ("sleeps_too", "importing took longer than 2 s"),
        ("misspelt", "cannot import name 'modul'"),
        ("empty", "it offers no modules"),
        ("asks", "EOFError"),
    ],
)
def test_a_bad_plugin_is_listed_with_its_reason(found, name, reason):
    assert reason in dict(found.broken)[name]


def test_the_good_ones_are_there(found):
    assert {"prints:fine", "good:fine"} <= found.modules.keys()
    assert any(path.startswith("treadle.core.library.") for path in found.modules)
    assert not {"prints", "good"} & {broken.name for broken in found.broken}


def test_no_reason_is_a_traceback(found):
    assert not [broken for broken in found.broken if "Traceback" in broken.reason or "\n" in broken.reason]
