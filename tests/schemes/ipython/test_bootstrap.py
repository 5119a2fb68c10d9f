"""How our part gets onto an engine."""

from __future__ import annotations

import ast
import getpass
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bare_engine import BareEngine, Runner

from treadle.schemes.ipython import bootstrap, landing
from treadle.schemes.ipython.parcel import parcel
from treadle.schemes.ipython.remote.messages import Hello

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def make_engine(tmp_path: Path) -> Iterator[Callable[..., BareEngine]]:
    made: list[BareEngine] = []

    def make(*options: str, path: tuple[str, ...] = ()) -> BareEngine:
        made.append(BareEngine(tmp_path, *options, path=path))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


def _hello(tmp_path):
    (tmp_path / "token").write_text("x")
    hello = {"session": "one", "owner": ("h", "u", 1), "python": sys.version_info[:2]}
    return Hello(**hello, folder=str(tmp_path), files=str(tmp_path / "files"), token=("token", "x"))


def _greeted(engine, hello, **options):
    return bootstrap.landed(engine.ask(bootstrap.LAND, *bootstrap.arguments(hello, **options)))


def test_the_parcel_is_sent_once_for_all_engines_of_a_host(make_engine, tmp_path):
    one, other, hello = make_engine(), make_engine(), _hello(tmp_path)
    lacking = [_greeted(engine, hello).lacks for engine in (one, other)]
    assert lacking[0] == lacking[1] != ""
    assert _greeted(one, hello, with_parcel=True).facts.pid == one.process.pid
    assert _greeted(other, hello).facts.pid == other.process.pid


def test_a_parcel_that_is_not_whole_is_replaced(make_engine, tmp_path):
    one, other, hello = make_engine(), make_engine(), _hello(tmp_path)
    assert _greeted(one, hello, with_parcel=True).facts
    (place,) = one.temporary.glob("*/parcel-*.zip")
    place.write_bytes(parcel().data[:-10])
    assert _greeted(other, hello).lacks
    assert _greeted(other, hello, with_parcel=True).facts


def test_a_folder_that_others_can_enter_is_not_used(make_engine, tmp_path):
    engine, hello = make_engine(), _hello(tmp_path)
    trap = engine.temporary / f"treadle-engines-{os.getuid()}"
    trap.mkdir(mode=0o777)
    trap.chmod(0o777)
    assert _greeted(engine, hello, with_parcel=True).facts
    assert list(trap.iterdir()) == []


def test_an_old_python_is_told_to_be_unfit(monkeypatch):
    monkeypatch.setattr(landing, "OLDEST", (99, 0))
    kind, why = landing.land("_x", "digest", None, b"")
    assert kind == landing.UNFIT
    assert why == f"it runs Python {sys.version_info[0]}.{sys.version_info[1]}; 99.0 or a later one is needed"


def test_an_engine_without_cloudpickle_gets_ours_and_one_that_has_it_keeps_its_own(make_engine, tmp_path):
    own = tmp_path / "own"
    (own / "cloudpickle").mkdir(parents=True)
    (own / "cloudpickle" / "__init__.py").write_text(
        "__version__ = '0.0.own'\ndef register_pickle_by_value(module): pass\ndef dumps(*a, **o): raise TypeError\n"
    )
    without, having, hello = make_engine(), make_engine(path=(str(own),)), _hello(tmp_path)
    assert _greeted(without, hello, with_parcel=True).facts.versions["cloudpickle"] != "0.0.own"
    assert _greeted(having, hello).facts.versions["cloudpickle"] == "0.0.own"


def test_nothing_of_it_is_seen_by_the_user_of_the_engine(make_engine, tmp_path):
    engine = make_engine()
    state = "lambda: (list(__import__('sys').path), sorted(vars(__import__('sys').modules['__main__'])))"
    before = engine.ask(state)
    assert _greeted(engine, _hello(tmp_path), with_parcel=True).facts
    assert engine.ask(state) == before
    assert engine.ask("lambda: [name for name in __import__('sys').modules if name.startswith('treadle')]") == []


def test_the_text_that_is_sent_can_be_read_by_python_3_8():

    ast.parse(Path(landing.__file__).read_text(), feature_version=(3, 8))
    ast.parse(bootstrap.LAND, feature_version=(3, 8))


def test_a_session_ends_when_its_owner_is_gone_and_somebody_else_says_hello(make_engine, tmp_path):
    gone = subprocess.Popen(["true"])
    gone.wait(10)
    engine = make_engine()
    first = Runner(engine, tmp_path, owner=(platform.node(), getpass.getuser(), gone.pid))
    second = Runner(engine, tmp_path, session="two")

    assert not Path(first.facts.folder).exists()
    assert Path(second.facts.folder).exists()


def test_the_folders_of_an_engine_that_was_killed_are_swept_by_the_next_one(make_engine, tmp_path):

    engine = make_engine()
    folder = Path(Runner(engine, tmp_path).facts.folder)
    engine.process.kill()
    engine.process.wait(10)
    assert folder.exists()
    Runner(make_engine(), tmp_path)
    assert not folder.exists()
