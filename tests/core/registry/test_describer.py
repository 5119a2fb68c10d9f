"""The describer survives what foreign code does when it is imported."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import psutil
import pytest

from treadle.core.errors import ModuleLookupError
from treadle.core.modules import Module
from treadle.core.registry.describer import Describer

if TYPE_CHECKING:
    from pathlib import Path

HANGS = "import threading\nthreading.Event().wait()"


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.py").write_text(textwrap.dedent(text))


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


@pytest.fixture
def describer(folder):
    before = children()
    with Describer([str(folder), *sys.path]) as found:
        yield found
    assert children() == before


def test_import_paths_are_described_elsewhere(describer):
    found = describer.describe(["json:loads", "math:sin"])
    assert {path: one.path for path, one in found.items()} == {
        "json:loads": "json:loads",
        "math:sin": "math:sin",
    }


def test_functions_of_the_callers_search_path_are_found(describer, folder):
    write(folder, "nearby", "def f(x: int) -> str: ...")
    found = describer.describe(["nearby:f"])["nearby:f"]
    assert isinstance(found, Module)
    assert found.inputs[0].type == "int"
    assert "nearby" not in sys.modules


def test_an_error_keeps_its_place_and_remedy(describer):
    found = describer.describe(["jsn:loads"])["jsn:loads"]
    assert isinstance(found, ModuleLookupError)
    assert (found.where, found.message) == ("jsn:loads", "there is no module 'jsn'")
    assert found.remedy.startswith("Did you mean")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("class Strange(BaseException): ...\nraise Strange('odd')", "Strange: odd"),
        ("class Mute(BaseException):\n    def __str__(self): raise self\nraise Mute", "Mute"),
        ("import os\nos._exit(3)", "ended with exit code 3"),
        ("import os\nos.kill(os.getpid(), 9)", "was killed by signal 9"),
        ("import os\nos.closerange(0, 100)\nos._exit(0)", "ended with exit code 0"),
        ("input()", "EOFError"),
        ("import sys\nsys.setrecursionlimit(100)\ndef g(): g()\ng()", "RecursionError"),
    ],
)
def test_a_module_that_ends_badly_is_told_apart_from_the_next(describer, folder, text, said):
    write(folder, "bad", text)
    found = describer.describe(["bad:f", "math:sin"])
    assert isinstance(found["bad:f"], ModuleLookupError)
    assert said in str(found["bad:f"])
    assert isinstance(found["math:sin"], Module)


def test_what_a_module_prints_goes_nowhere(describer, folder, capfd):
    write(folder, "loud", """
        import os, sys
        print("{}" * 100_000)
        print('{"id": 1, "error": "forged"}', flush=True)
        os.write(1, b"one\\n")
        os.write(2, b"two\\n")
        os.system("echo three")
        def f(): ...
    """)  # fmt: skip
    assert isinstance(describer.describe(["loud:f"])["loud:f"], Module)
    assert capfd.readouterr() == ("", "")


def test_a_module_that_hangs_is_given_up_and_the_rest_described(describer, folder):
    write(folder, "hangs", HANGS)
    found = describer.describe(["hangs:f"], deadline=0.05)
    assert "did not finish importing within 0.05 s" in str(found["hangs:f"])
    assert isinstance(describer.describe(["math:sin"])["math:sin"], Module)


def test_what_a_hanging_module_started_ends_with_it(describer, folder):
    write(folder, "spawns", f"""
        import subprocess, sys, pathlib
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        pathlib.Path({str(folder / "pid")!r}).write_text(str(child.pid))
        def f(): ...
    """)  # fmt: skip
    assert isinstance(describer.describe(["spawns:f"])["spawns:f"], Module)
    descriptor = os.pidfd_open(int((folder / "pid").read_text()))
    describer.close()
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    assert poll.poll(20_000)
    os.close(descriptor)


def test_closing_twice_or_without_a_process_does_no_harm():
    describer = Describer()
    assert describer.close() == 0
    describer.describe(["math:sin"])
    describer.close()
    assert describer.close() == 0


def test_a_process_that_hangs_ends_with_an_owner_that_is_killed(folder):
    os.mkfifo(folder / "begun")
    (folder / "sleeping.py").write_text("import time\nopen('begun', 'w').close()\ntime.sleep(600)")
    owner = (
        "import sys; from treadle.core.registry.describer import Describer; one = Describer(); one.begin();"
        " print(one._process.pid, flush=True); one.ask('packages', 'sleeping', 600)"
    )
    started = subprocess.Popen([sys.executable, "-c", owner], cwd=folder, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    process = psutil.Process(int(started.stdout.readline()))
    (folder / "begun").read_bytes()
    started.kill()
    started.wait()
    started.stdout.close()
    process.wait(5)


def test_the_process_speaks_json_lines_and_ends_with_its_input(folder):
    write(folder, "mine", "def f(x: int): print(x)\nprint('loading')")
    write(folder, "offers", "from treadle import module\n@module(title='G')\ndef g(): ...\nprint('loading')")
    requests = [
        {"id": 1, "paths": ["math:sin", "nowhere"]},
        {"id": 2, "packages": ["offers"]},
        {"id": 3, "file": str(folder / "mine.py")},
    ]
    done = subprocess.run(
        [sys.executable, "-m", "treadle.core.registry.describer"],
        input="".join(json.dumps(request) + "\n" for request in requests),
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    ready, sine, nowhere, offered, mine = map(json.loads, done.stdout.splitlines())
    assert ready == {"ready": True}
    assert (sine["id"], sine["item"], sine["modules"][0]["path"]) == (1, "math:sin", "math:sin")
    assert (nowhere["error"], nowhere["where"]) == ("this is not an import path", "nowhere")
    assert [module["path"] for module in offered["modules"]] == ["offers:g"]
    assert [module["path"] for module in mine["modules"]] == ["mine:f"]
    assert done.stderr == ""


def test_a_file_named_like_another_module_is_refused(describer, folder):
    (folder / "own").mkdir()
    write(folder / "own", "json", "def f(): ...")
    found = describer.ask("file", str(folder / "own" / "json.py"), 30)
    assert "another module is called 'json'" in str(found)


@pytest.mark.parametrize(
    ("text", "value", "paths"),
    [
        ("from treadle import module\n@module\ndef a(): ...\ndef b(): ...", "offers", ["offers:a"]),
        ("__all__ = ['b']\ndef a(): ...\ndef b(): ...", "offers", ["offers:b"]),
        ("from treadle import module\n@module()\ndef a(): ...\ndef b(): ...", "offers", ["offers:a"]),
        ("def a(): ...\ndef give(): return [a, len]", "offers:give", ["offers:a", "builtins:len"]),
        ("from treadle import module\n@module(title='A')\ndef a(): ...", "offers:a", ["offers:a"]),
        ("from treadle.core.library.values import number\n__all__ = ['number']", "offers", ["offers:number"]),
    ],
)
def test_an_entry_point_names_its_functions_in_several_ways(describer, folder, text, value, paths):
    write(folder, "offers", text)
    found = describer.ask("packages", value, 30)
    assert isinstance(found, tuple), found
    assert [module.path for module in found] == paths


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("x = 1", "offers", "it offers no modules"),
        ("x = 1", "offers:x", "a value of type 'int'"),
        ("def give(): return [lambda: 0]", "offers:give", "cannot be imported by name"),
        ("def give(): return 3", "offers:give", "TypeError"),
        ("", "offers:gone", "AttributeError"),
        ("", "nowhere_at_all", "ModuleNotFoundError"),
    ],
)
def test_an_entry_point_without_functions_is_an_error(describer, folder, text, value, said):
    write(folder, "offers", text)
    assert said in str(describer.ask("packages", value, 30))
