"""F21: opening, checking and planning a file executes and imports nothing that the file names."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

WATCH = """
import sys
from pathlib import Path

from treadle.core import trust
from treadle.core.planning import make_plan
from treadle.core.document import encode, load

events = []
LOUD = {
    "exec", "import", "os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "pty.spawn",
    "os.remove", "os.rename", "os.mkdir", "socket.connect", "ctypes.dlopen", "shutil.rmtree", "marshal.loads",
    "pickle.find_class",
}

def hook(event, arguments):
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if event in LOUD or writes:
        events.append((event, str(arguments)[:200]))

def all_that_runs_nothing(path):
    pipeline = load(path)
    problems = pipeline.check()
    make_plan.make_plan(pipeline)
    code = trust.code_nodes(pipeline)
    encode(pipeline.copy())
    assert not trust.TrustStore(path.parent / "config").is_trusted(pipeline)
    return [str(problem) for problem in problems], sorted(code)

# First a harmless file, for which Treadle imports what it needs itself.
all_that_runs_nothing(Path(sys.argv[2]))
modules = set(sys.modules)
sys.addaudithook(hook)
found = all_that_runs_nothing(Path(sys.argv[1]))
seen = list(events)
print(repr((seen, sorted(set(sys.modules) - modules), *found)))
"""

PORT = [{"name": "x", "optional": True}]
OUT = [{"name": "out"}]
HOSTILE = {
    "a shell function": {"path": "os:system", "inputs": PORT, "outputs": OUT},
    "a module that acts when imported": {"path": "trapped:run", "inputs": PORT, "outputs": OUT},
    "an easter egg": {"path": "antigravity:geohash", "inputs": PORT, "outputs": OUT},
    "a missing plug-in": {"path": "no_such_plugin.tools:smooth", "inputs": PORT, "outputs": OUT},
    "a lie about the library": {
        "path": "treadle.core.library.files:os.system",
        "inputs": PORT,
        "outputs": OUT,
    },
    "a wrapped type": {
        "path": "os:abort",
        "inputs": [{"name": "x", "type": "trapped.Type", "bases": ["trapped.Base"], "optional": True}],
        "outputs": OUT,
    },
    "Python source": {
        "source": "import trapped\ntrapped.run()\ndef f(x=trapped.run()):\n    return x\n",
        "name": "f",
        "inputs": PORT,
        "outputs": OUT,
    },
    "decorated source": {
        "source": "@__import__('trapped').run\ndef f(x=None): ...\n",
        "name": "f",
        "inputs": PORT,
        "outputs": OUT,
    },
}


HARMLESS = {"source": "def f(x=1):\n    return x\n", "name": "f", "inputs": PORT, "outputs": OUT}


def _file(folder, name, module):
    """Write a file that names the module from a node, in a group, on a connection and with a bypass."""
    (folder / "trapped.py").write_text("open('sprung', 'w').close()\ndef run(*_): ...\n")
    connection = {"from": "a.out", "apply": "m"}
    inner = {"nodes": {"i": {"module": "m"}}, "outputs": {"out": "i.out"}}
    tree = {
        "treadle": 1,
        "title": "__import__('trapped')",
        "nodes": {
            "a": {"module": "m", "params": {"x": "${env:HOME} $(touch sprung)"}},
            "b": {"module": "m", "title": "{0.__class__}"},
            "c": {"module": "m", "mode": "bypassed"},
            "s": {"module": "m", "sweeps": {"x": {"values": [1, "__import__('trapped')"]}}},
            "g": {"group": inner},
        },
        "connections": {"b.x": connection, "c.x": {"from": "b.out"}},
        "modules": {"m": module},
    }
    path = folder / name
    path.write_text(json.dumps(tree))
    return path


@pytest.mark.parametrize("kind", HOSTILE)
def test_opening_checking_and_planning_imports_and_runs_nothing(tmp_path, kind):
    path = _file(tmp_path, "hostile.treadle", HOSTILE[kind])
    harmless = _file(tmp_path, "harmless.treadle", HARMLESS)
    before = path.read_bytes()
    watched = subprocess.run(
        [sys.executable, "-c", WATCH, str(path), str(harmless)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert watched.returncode == 0, watched.stderr
    events, modules, problems, code = eval(watched.stdout)
    assert events == []
    assert [name for name in modules if not name.startswith("treadle.")] == []
    assert [problem for problem in problems if problem.startswith("error")] == []
    assert [place for place, _ in code] == ["a", "b", "b.x", "c", "g/i", "s"]
    assert path.read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        "harmless.treadle",
        "hostile.treadle",
        "trapped.py",
    ]


def test_the_watch_would_see_an_import(tmp_path):
    """Shows that the test above can fail: the same program, in which one line imports what the file names."""
    path = _file(tmp_path, "hostile.treadle", HOSTILE["a module that acts when imported"])
    sprung = WATCH.replace("seen = list(events)", "import trapped\nseen = list(events)")
    watched = subprocess.run(
        [sys.executable, "-c", sprung, str(path), str(path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    events, modules, *_ = eval(watched.stdout)
    assert {event for event, _ in events} >= {"import", "exec", "open"}
    assert modules == ["trapped"]
    assert (tmp_path / "sprung").exists()
