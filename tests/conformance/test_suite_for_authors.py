"""The suite as the author of a plug-in uses it: from another project, with nothing but pytest and Treadle."""

from __future__ import annotations

import subprocess
import sys

import pytest

FILE = """
from treadle.conformance import *
from treadle.plugin import Cause, CommandScheme, Exported

class Forgetful(CommandScheme):
    def export(self, values):
        for value in values:
            self._report(Exported(value, Cause("lost contact", "forgotten")))

class Priceless(CommandScheme):
    handover = -1

@pytest.fixture
def candidate():
    return plugged("mine", {name})
"""


@pytest.mark.parametrize(("name", "code", "told"), [
    ("CommandScheme", 0, "4 passed"), ("Forgetful", 1, "1 failed, 3 passed"), ("Priceless", 1, "1 failed, 3 passed"),
])  # fmt: skip
def test_it_passes_a_scheme_that_keeps_the_contract_and_no_other(tmp_path, name, code, told):
    (tmp_path / "test_mine.py").write_text(FILE.format(name=name))
    wanted = (
        "flags_are_told or an_item_of_a_split_output_can_be_exported or stopping_calls_that_do_not_run or hand_over"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", wanted, "test_mine.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert told in done.stdout
    assert "Warning" not in done.stdout
