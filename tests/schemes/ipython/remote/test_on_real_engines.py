"""The same on engines of a real cluster: what only a kernel of IPython can show."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Any

import cloudpickle
import ipyparallel as ipp
import psutil
import pytest
from bare_engine import PATIENCE, Runner
from clusters import SECONDS, RealCluster

from treadle.core.worker.call import Ref
from treadle.schemes.ipython.connecting import connect
from treadle.schemes.ipython.remote import messages as m

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

cloudpickle.register_pickle_by_value(sys.modules[__name__])

STATE = """lambda: (lambda os, sys, signal, shell: (
    os.getcwd(), dict(os.environ), list(sys.path), id(sys.stdout), id(sys.stderr), os.fstat(1).st_ino,
    str(signal.getsignal(2)), sorted(k for k in shell.user_ns if not k.startswith('_')),
    sorted(n for n in sys.modules if n.startswith('treadle')), id(sys.modules['__main__']),
))(__import__('os'), __import__('sys'), __import__('signal'), __import__('IPython').get_ipython())"""


class RealEngine:
    """One engine of a real cluster, with the manners of a bare one."""

    def __init__(self, client: Any, number: int) -> None:
        self.client, self.number, self.uuid = client, number, client._engines[number].encode()
        self.live: Queue[Any] = Queue()
        self._waiting: Any = None

    def send(self, expression: str, *given: Any) -> None:
        def hook(future: Any) -> None:
            future.iopub_callbacks.append(self._hear)

        stream, reference = self.client._mux_stream, ipp.Reference(expression)
        self._waiting = self.client.send_apply_request(
            stream, reference, given, {}, ident=self.uuid, message_future_hook=hook
        )

    def _hear(self, message: Any) -> None:
        if message["header"]["msg_type"] == m.LIVE:
            self.live.put(m.loads(bytes(message["buffers"][0])))

    def answer(self, seconds: float = PATIENCE) -> Any:
        return self._waiting.result(seconds)

    def ask(self, expression: str, *given: Any) -> Any:
        self.send(expression, *given)
        return self.answer()

    def control(self, verb: str, *asked: Any) -> Any:
        buffers = [m.dumps((verb, m.dumps(asked)))]
        sent = self.client._send(
            self.client._control_stream, m.REQUEST, content={}, buffers=buffers, ident=self.uuid
        ).result(SECONDS)
        kind, answer = m.loads(bytes(sent["buffers"][0]))
        assert kind == "ok", answer
        return answer

    def interrupt(self) -> None:
        self.client._send(
            self.client._control_stream, "signal_request", content={"sig": int(signal.SIGINT)}, ident=self.uuid
        ).result(SECONDS)


@pytest.fixture
def client(cluster: RealCluster) -> Iterator[Any]:
    found = connect(cluster.address, SECONDS)
    yield found
    found.close()


@pytest.fixture
def real_runner(client: Any, tmp_path: Path) -> Iterator[Runner]:
    engine = RealEngine(client, client.ids[0])
    session = f"{tmp_path.name}-{os.getpid()}"
    runner = Runner(engine, tmp_path, session=session)  # type: ignore[arg-type]
    yield runner
    engine.control(m.END, session)


def _waits(place: str) -> str:
    print("begun")  # noqa: T201
    end = time.monotonic() + 30
    while not Path(place).exists() and time.monotonic() < end:
        time.sleep(0.001)
    return "to the end"


def _begun(number: int) -> Callable[[m.Message], bool]:
    return lambda message: message[:2] == (m.LINES, number)


def test_treadle_cannot_be_imported_there_but_its_tasks_find_it(real_runner):
    def named() -> str:
        import treadle

        return treadle.__file__

    assert real_runner.engine.ask("lambda: __import__('importlib.util').util.find_spec('treadle') is None")
    assert "parcel-" in real_runner.value(named)
    facts = real_runner.facts
    assert facts.shared
    assert psutil.Process(facts.pid).ppid() == facts.parent
    assert facts.versions["ipykernel"]


def test_all_is_for_the_user_of_the_engine_as_it_was_and_printing_goes_where_it_went(real_runner):
    def changes() -> None:
        import __main__

        __main__.left = 1
        os.environ["LEFT"] = "1"
        sys.path.insert(0, "/nowhere")
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.chdir("/")
        os.close(1)
        sys.stdout = None

    engine = real_runner.engine
    before = engine.ask(STATE)
    outcome, _ = real_runner.run(changes)
    assert isinstance(outcome, tuple)
    assert engine.ask(STATE) == before
    view = engine.client[engine.number]
    printed = view.execute("print('as ever')", block=False)
    printed.get(SECONDS)
    printed.wait_for_output(SECONDS)
    assert printed.stdout == "as ever\n"


def test_arrays_stay_on_the_engine_and_are_read_only_for_all_who_read_them(real_runner):
    def makes() -> Any:
        import numpy as np

        return np.ones(100_000)

    def reads(value: Any) -> tuple[float, bool]:
        return float(value.sum()), bool(value.flags.writeable)

    name = ("earlier", "out", -1)
    outcome, _ = real_runner.run(makes)
    key, size = outcome[0]["out", -1]
    assert size >= 800_000
    for slot in (key, real_runner.engine.control(m.WRITE, real_runner.session, [key], str(real_runner.folder))[key]):
        read, _ = real_runner.run(reads, value=Ref(name), slots={name: slot})
        assert cloudpickle.loads(read[0]["out", -1]) == (100_000.0, False)


def test_lines_and_answers_come_live_while_the_batch_runs(real_runner, tmp_path):
    real_runner.start(real_runner.job(os.getpid, {}), real_runner.job(_waits, {"place": str(tmp_path / "go")}))
    real_runner.until(_begun(1))
    assert m.Load(*real_runner.engine.control(m.LOOK, real_runner.session)).running[0] == "task 1"
    (tmp_path / "go").touch()
    told = real_runner.heard()
    assert [message[1] for message in told if message[0] == m.ANSWER] == [0, 1]


def test_a_signal_through_the_nanny_ends_the_job_that_is_to_be_stopped_and_no_other(real_runner, tmp_path):
    engine, session = real_runner.engine, real_runner.session
    places = [str(tmp_path / "never"), str(tmp_path / "go")]
    real_runner.start(*(real_runner.job(_waits, {"place": place}) for place in places))
    real_runner.until(_begun(0))
    assert engine.control(m.STOP, session, 0)[0] == m.RUNNING
    engine.interrupt()
    real_runner.until(_begun(1))
    # One that comes late.
    engine.interrupt()
    engine.control(m.LOOK, session)
    (tmp_path / "go").touch()
    outcomes = {message[1]: message[2] for message in real_runner.heard() if message[0] == m.ANSWER}
    assert outcomes[0].kind == "cancelled"
    assert cloudpickle.loads(outcomes[1][0]["out", -1]) == "to the end"


def test_the_nanny_outlives_tasks_that_leave_processes(real_runner):
    def leaves() -> None:
        os.system("sleep 600 & (setsid sleep 601 &)")

    nanny = psutil.Process(real_runner.facts.parent)
    helpers = {process.pid for process in psutil.Process(real_runner.facts.pid).children()}
    real_runner.run(leaves)
    assert len(real_runner.last[6]) == 2
    assert nanny.is_running()
    assert helpers <= {process.pid for process in psutil.Process(real_runner.facts.pid).children()}
