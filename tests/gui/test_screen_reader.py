"""What a screen reader finds, over AT-SPI: the nodes in the outline, and a name for all that takes keys."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from eyes import WatchedWindow
from needs import need

from treadle import Pipeline

pytestmark = pytest.mark.slow

READER = Path(__file__).parents[1] / "support" / "screen_reader.py"
SYSTEM_PYTHON = "/usr/bin/python3"
SECONDS = 60.0
BINDINGS = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"


@pytest.fixture
def bus(screen):
    """The environment of a session of its own, in which programs tell screen readers what they show."""
    need("atspi", "dbus-daemon", SYSTEM_PYTHON, "/usr/libexec/at-spi-bus-launcher")
    if subprocess.run([SYSTEM_PYTHON, "-c", BINDINGS], capture_output=True, check=False).returncode:
        need("atspi", "gir1.2-atspi-2.0 and python3-gi")
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, env=screen.environment
    )
    assert daemon.stdout is not None
    address = daemon.stdout.readline().decode().strip()
    yield {**screen.environment, "DBUS_SESSION_BUS_ADDRESS": address, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
    daemon.terminate()
    daemon.wait(SECONDS)
    daemon.stdout.close()


@pytest.fixture
def window(bus, tmp_path):
    made = Pipeline("heard")
    first = made.add("operator:add", id="first", a=1, b=2)
    made.add("operator:mul", id="second", a=first.out, b=10)
    with WatchedWindow(tmp_path / "window", bus, made.save(tmp_path / "heard.treadle")) as opened:
        opened.wait("page is not None and program.bridge.state == 'idle' and app.activeWindow() is window")
        yield opened


def heard(bus, word):
    command = [SYSTEM_PYTHON, str(READER), "30", word]
    done = subprocess.run(command, env=bus, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_a_screen_reader_finds_every_node_in_the_outline_and_a_name_for_all_that_takes_keys(window, bus):
    window.ask("window.docks.show('outline')")
    found = heard(bus, "id first")
    seen = [one for one in found if "showing" in one["states"]]
    outline = {one["name"] for one in seen if "Outline" in one["in"]}
    assert {
        "Add, operator · add, id first, Never run",
        "Mul, operator · mul, id second, Never run",
        "from Add · out to Mul · a, as it is",
    } <= outline
    assert len([one for one in seen if "focusable" in one["states"]]) > 10
    assert [one for one in seen if "focusable" in one["states"] and not one["name"]] == []
