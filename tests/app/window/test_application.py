"""The program behind the window: faults, signals, a crash before, a second launch."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from shells import MS, adding, end, program

from treadle.app.window.dialogs.crash_dialog import CrashDialog
from treadle.app.window.dialogs.question import Question
from treadle.app.window.dialogs.recovery_dialog import RecoveryDialog
from treadle.app.window.faults import Faults, close_log, open_log
from treadle.app.window.one_window import FirstWindow
from treadle.app.window.waking import Signals
from treadle.core.document import encode
from treadle.core.edits import set_parameter

ENVIRONMENT = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


@pytest.fixture
def whole(qapp, tmp_path):
    made = program(tmp_path)
    yield made
    end(made)


def test_an_exception_reaches_the_dialog_with_text_to_copy_and_later_ones_are_added(whole, qtbot, tmp_path):
    whole.window.show()
    for number in (1, 2):
        try:
            raise ValueError(f"fault {number}")
        except ValueError as error:
            whole.faults.take(type(error), error, error.__traceback__)
    (dialog,) = whole.window.findChildren(CrashDialog)
    text = dialog.report.toPlainText()
    assert "fault 1" in text
    assert "fault 2" in text
    assert "Python: " in text
    dialog.reject()


def test_faults_are_written_to_a_log_that_only_this_user_reads(qapp, tmp_path):
    log = open_log(tmp_path / "log")
    try:
        Faults().take(ValueError, ValueError("written"), None)
    finally:
        close_log()
    assert "written" in log.read_text()
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o700


def test_a_fault_that_comes_again_and_again_is_told_only_some_times(qapp):
    faults, told = Faults(), []
    faults.happened.connect(told.append)
    for _ in range(100):
        faults.take(ValueError, ValueError("again"), None)
    assert len(told) == 20


SLOT_THAT_RAISES = """
import sys
from PyQt6.QtCore import QCoreApplication, QTimer
from treadle.app.window.faults import Faults
application = QCoreApplication([])
faults = Faults()
faults.happened.connect(lambda text: print(text.splitlines()[-1]))
faults.install()
QTimer.singleShot(0, lambda: 1 / 0)
QTimer.singleShot(10, application.quit)
application.exec()
print("went on")
"""


def test_an_exception_in_a_slot_never_ends_the_program():
    done = subprocess.run(
        [sys.executable, "-c", SLOT_THAT_RAISES], capture_output=True, text=True, timeout=60, env=ENVIRONMENT
    )
    assert done.stdout.split("\n")[:2] == ["ZeroDivisionError: division by zero", "went on"]
    assert done.returncode == 0


def test_a_signal_is_heard_while_qt_waits(qapp, qtbot):
    signals = Signals()
    try:
        with qtbot.waitSignal(signals.heard, timeout=MS) as caught:
            os.kill(os.getpid(), signal.SIGTERM)
        assert caught.args == [signal.SIGTERM]
    finally:
        signals.close()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_window_that_gets_a_signal_ends_in_order(tmp_path, home, number):
    file = adding().save(tmp_path / "adding.treadle")
    program = (
        "import sys; from pathlib import Path; from PyQt6.QtCore import QTimer\n"
        "from treadle.app.window import main, application\n"
        "start = application.Program.start\n"
        "def told(self, paths): start(self, paths); self.documents.opened.connect(lambda _: print('up', flush=True))\n"
        "application.Program.start = told\n"
        "sys.exit(main.open_window([Path(sys.argv[1])]))"
    )
    window = subprocess.Popen(
        [sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, env={**ENVIRONMENT, "HOME": str(home)}
    )
    assert window.stdout.readline() == b"up\n"
    window.send_signal(number)
    assert window.wait(20) == 0
    window.stdout.close()
    assert not list((home / ".local/state/treadle/recovery").glob("*"))


def test_what_is_not_saved_when_a_signal_comes_is_offered_at_the_next_start(qapp, qtbot, tmp_path):
    first = program(tmp_path)
    document = edited(first)
    first.ended_by_signal(signal.SIGTERM)
    end(first)
    second = program(tmp_path)
    left = second.recovery.left()
    (noted,) = left.found.values()
    assert encode(noted.pipeline) == encode(document.pipeline)
    left.discard()
    end(second)


def test_a_signal_ends_the_program_although_a_question_is_open(whole, qtbot):
    edited(whole)
    whole.window.show()
    whole.window.close()
    (question,) = whole.window.findChildren(Question)
    assert question.isVisible()
    with qtbot.waitSignal(whole.window.closed, timeout=MS):
        whole.ended_by_signal(signal.SIGTERM)
    whole.recovery.left().discard()


def edited(whole):
    document = whole.documents.new(adding())
    document.edit(set_parameter(document.body(), "first", "a", 7), "set a")
    return document


def test_what_a_killed_window_left_is_offered_and_restored(qapp, qtbot, tmp_path):
    first = program(tmp_path)
    document = edited(first)
    first.recovery.note()
    done = []
    first.aside.do(lambda: None, done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=MS)
    # As if it had been killed: nothing is cleaned up, and its lock is gone.
    os.close(first.recovery._lock)
    first.recovery._lock = -1
    second = program(tmp_path)
    second.start()
    qtbot.waitUntil(lambda: bool(second.window.findChildren(RecoveryDialog)), timeout=MS)
    (dialog,) = second.window.findChildren(RecoveryDialog)
    with qtbot.waitSignal(second.documents.opened, timeout=MS) as caught:
        dialog.restore.click()
    assert encode(caught.args[0].pipeline) == encode(document.pipeline)
    assert caught.args[0].modified
    for one in (second, first):
        end(one)


# A second launch


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "meeting"


def hand_over(folder, paths, told):
    thread = threading.Thread(target=lambda: told.append(FirstWindow(folder).hand_over(paths)))
    thread.start()
    return thread


def test_a_second_launch_hands_its_files_to_the_first_window(qapp, qtbot, folder):
    first, told = FirstWindow(folder), []
    assert first.take_place()
    assert not FirstWindow(folder).take_place()
    with qtbot.waitSignal(first.asked, timeout=MS) as caught:
        thread = hand_over(folder, [Path("/data/a.treadle")], told)
    thread.join(MS / 1000)
    assert caught.args == [[Path("/data/a.treadle")]]
    assert told == [True]
    first.leave()


def test_only_this_user_can_reach_the_first_window(qapp, folder):
    first = FirstWindow(folder)
    first.take_place()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(first.socket.stat().st_mode) == 0o600
    first.leave()


def test_what_a_dead_window_left_is_taken_over(qapp, folder):
    folder.mkdir(mode=0o700)
    dead = FirstWindow(folder)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(dead.socket))
    assert dead.socket.exists()
    first = FirstWindow(folder)
    assert first.take_place()
    first.leave()


def test_a_first_window_that_does_not_answer_is_gone_without(qapp, folder):
    first = FirstWindow(folder)
    first.take_place()
    assert not FirstWindow(folder).hand_over([Path("a")], seconds=0.2)
    first.leave()


def test_a_folder_that_others_can_reach_is_not_used(qapp, folder):
    folder.mkdir(mode=0o755)
    with pytest.raises(PermissionError):
        FirstWindow(folder).take_place()


@pytest.mark.parametrize("text", [b"{}\n", b"nonsense\n", b'{"open": 3}\n', b"[" * 100_000 + b"\n"])
def test_nonsense_is_not_answered(qapp, qtbot, folder, text):
    first, told = FirstWindow(folder), []
    first.take_place()
    first.asked.connect(told.append)
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(20)
        line.connect(str(first.socket))
        line.sendall(text)
        qtbot.waitUntil(lambda: bool(first._heard) or True, timeout=MS)
        gone = []
        thread = threading.Thread(target=lambda: gone.append(_received(line)))
        thread.start()
        qtbot.waitUntil(lambda: bool(gone), timeout=MS)
        thread.join()
    assert gone == [b""]
    assert not told
    first.leave()


def _received(line):
    try:
        return line.recv(10)
    except ConnectionResetError:
        return b""
