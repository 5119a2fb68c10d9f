"""What a run hears of the scheme of a plug-in, whatever that does."""

from __future__ import annotations

import queue
import sys

import pytest
from distributions import install

from treadle.core.errors import UsageError
from treadle.core.handover import known_handover
from treadle.core.registry.scheme_plugins import scheme_plugins
from treadle.core.scheme import Capacity, Ended, Exported, SchemeContext
from treadle.core.worker.call import Call, Form, Given, Target
from treadle.core.worker.failures import Cause
from treadle.schemes.plugged import PluggedScheme

SECONDS = 60.0

CLUMSY = """
    import threading
    from treadle.plugin import Capacity
    print("hello from the import")
    RELEASE = threading.Event()
    MADE = []

    class Clumsy:
        runs_here = True
        def __init__(self, context):
            self.context, self.closed = context, 0
            MADE.append(self)
        def open(self, report):
            report("something else")
            report(Capacity("another name", 2, 2))
        def submit(self, calls): raise SystemError("no submit")
        def stop(self, tasks): raise SystemError("no stop")
        def export(self, values): raise SystemError("no export")
        def fetch(self, value, deadline): raise KeyError(value)
        def release(self, tasks): raise SystemError("no release")
        def close(self, deadline):
            self.closed += 1
            raise SystemError("no close")

    class Costly(Clumsy):
        handover = 2.5

    class Senseless(Clumsy):
        handover = "long"

    class Hidden(Clumsy):
        @property
        def handover(self): raise SystemError("no handover")

    class Slow(Clumsy):
        def open(self, report):
            report(Capacity("slow", 1, 1))
            RELEASE.wait(60)
"""


@pytest.fixture
def clumsy(tmp_path, monkeypatch):
    """Return what makes the scheme of a plug-in of this name, open."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site")])
    monkeypatch.delitem(sys.modules, "plug_clumsy", raising=False)
    names = {"Clumsy", "Slow", "Costly", "Senseless", "Hidden"}
    points = {name.lower(): f"plug_clumsy:{name}" for name in names} | {"gone": "plug_clumsy:NoSuchThing"}
    install(tmp_path / "site", "plug_clumsy", CLUMSY, points=points, group="treadle.schemes")

    def make(name="clumsy"):
        context = SchemeContext(name, 2, tmp_path / "files", tmp_path / "spare", tmp_path)
        made, heard = PluggedScheme(scheme_plugins()[name], context), queue.SimpleQueue()
        made.open(heard.put)
        return made, heard

    yield make
    sys.modules.pop("plug_clumsy", None)


def test_it_is_opened_in_a_thread_of_its_own_and_reports_under_its_name(clumsy, caplog, capsys):
    scheme, heard = clumsy()
    assert heard.get(timeout=SECONDS) == Capacity("clumsy", 2, 2)
    assert "reported 'something else', which says nothing" in caplog.text
    assert capsys.readouterr().out == ""
    assert not scheme.runs_here
    scheme.close(1.0)


def test_what_it_raises_is_told_as_a_failure_of_the_scheme(clumsy, caplog):
    scheme, heard = clumsy()
    heard.get(timeout=SECONDS)
    scheme.submit([Call("task", Form(Target("operator:neg")), {"a": Given(1)})])
    ended = heard.get(timeout=SECONDS)
    assert isinstance(ended, Ended)
    assert ended.refused
    assert ended.result == Cause("insufficient resources", "clumsy cannot take it: SystemError: no submit")
    scheme.export([("task", "out", -1)])
    exported = heard.get(timeout=SECONDS)
    assert isinstance(exported, Exported)
    assert "cannot leave clumsy: SystemError: no export" in exported.handed.message
    for deed in (lambda: scheme.stop(["task"]), lambda: scheme.release(["task"]), lambda: scheme.close(1.0)):
        deed()
    assert [f"SystemError: no {what}" in caplog.text for what in ("stop", "release", "close")] == [True] * 3


def test_one_that_cannot_be_imported_says_so_and_takes_nothing(clumsy):
    scheme, heard = clumsy("gone")
    told = heard.get(timeout=SECONDS)
    assert (told.scheme, told.slots) == ("gone", 0)
    assert "has no attribute 'NoSuchThing'" in told.why
    with pytest.raises(UsageError, match=r"the scheme 'gone' of plug_clumsy 1\.0 cannot be used"):
        scheme.load()
    scheme.close(1.0)


def test_one_that_is_closed_while_it_opens_is_ended_when_it_has_opened(clumsy):
    scheme, heard = clumsy("slow")
    heard.get(timeout=SECONDS)
    (made,) = sys.modules["plug_clumsy"].MADE
    scheme.close(0.0)
    sys.modules["plug_clumsy"].RELEASE.set()
    scheme._opening.join(SECONDS)
    assert made.closed == 1


def test_what_it_says_of_a_hand_over_is_known_before_it_can_be_given_a_task(clumsy):
    scheme, heard = clumsy("costly")
    assert heard.get(timeout=SECONDS).slots == 2
    assert known_handover("costly") == 2.5
    scheme.close(1.0)


@pytest.mark.parametrize(
    ("name", "why"), [("senseless", "must be a number of seconds, not 'long'"), ("hidden", "SystemError: no handover")]
)
def test_one_that_says_no_sensible_thing_of_a_hand_over_is_used_all_the_same(clumsy, caplog, name, why):
    scheme, heard = clumsy(name)
    assert heard.get(timeout=SECONDS).slots == 2
    assert known_handover(name) is None
    assert why in caplog.text
    scheme.close(1.0)
