"""What goes wrong in a task on an engine stays with that task."""

from __future__ import annotations

import os
import sys
import threading

import cloudpickle

from treadle.schemes.ipython.remote import messages as m

cloudpickle.register_pickle_by_value(sys.modules[__name__])


class _OddError(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")

    def __reduce__(self):
        raise RuntimeError("not to be pickled")


def _raises() -> None:
    raise _OddError(1, 2)


def test_an_exception_that_cannot_be_pickled_is_told_with_its_text_and_traceback(runner):
    outcome, _ = runner.run(_raises)
    assert (outcome.kind, outcome.type, outcome.message) == ("exception", "_OddError", "1 and 2")
    assert "raise _OddError(1, 2)" in outcome.traceback or "_raises" in outcome.traceback


def test_an_output_that_cannot_be_sent_names_the_port_and_the_type(runner):
    outcome, _ = runner.run(threading.Lock)
    assert outcome.kind == "not picklable"
    assert "'out' (lock)" in outcome.message


def test_sys_exit_memory_errors_and_recursion_fail_the_task_only(runner):
    def exhausts() -> None:
        raise MemoryError("no more")

    def recurses() -> None:
        recurses()

    def nests() -> list:
        found: list = []
        for _ in range(100_000):
            found = [found]
        return found

    jobs = [(sys.exit, {"status": 3}), (exhausts, {}), (recurses, {}), (nests, {}), (os.getpid, {})]
    runner.start(*(runner.job("sys:exit" if one is sys.exit else one, {}) for one, _ in jobs))
    told = [message[2] for message in runner.heard() if message[0] == m.ANSWER]
    assert [getattr(outcome, "kind", "fine") for outcome in told] == [
        "exception", "out of memory", "exception", "not picklable", "fine",
    ]  # fmt: skip
    assert "sys.exit" in told[0].message


def test_an_argument_that_cannot_be_made_again_is_told_as_such(runner):
    runner.start((0, "task 0", 1, 0, b"no pickle", {}))
    assert runner.heard()[-1][2].kind == "not picklable"


def test_a_value_that_the_engine_does_not_have_is_lost(runner):
    from treadle.core.worker.call import Ref

    name = ("earlier", "out", -1)
    outcome, _ = runner.run("builtins:repr", obj=Ref(name), slots={name: 77}, options={"positional": ("obj",)})
    assert outcome.kind == "lost contact"


def test_a_session_that_is_not_known_is_told_as_such(engine, runner):
    engine.control(m.END, "one")
    runner.start(runner.job(os.getpid, {}))
    assert m.loads(engine.answer()) == m.UNKNOWN
    assert engine.control(m.LOOK, "one") == m.UNKNOWN


def test_an_error_in_a_request_is_answered(engine, runner):
    import pickle

    pickle.dump(m.dumps((m.WRITE, m.dumps(("one",)))), engine._controls)
    engine._controls.flush()
    kind, text = engine._replies.get(timeout=60)
    assert kind == "error"
    assert "TypeError" in text


def test_memory_and_processor_time_are_those_of_the_task(runner):
    def works() -> int:
        data = bytearray(200 << 20)
        return sum(range(3_000_000)) * 0 + len(data)

    runner.run(works)
    large = runner.last
    runner.run(os.getpid)
    small = runner.last
    assert large[5] > 200 << 20
    assert 0 < large[4] <= large[3] * 1.5
    assert small[5] == 0 or small[5] < 200 << 20
