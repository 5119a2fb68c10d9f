"""Runs from Python: what they refuse, how they are watched and ended, and what they leave behind."""

from __future__ import annotations

import gc
import json
import os
import signal
import threading
from typing import TYPE_CHECKING

import psutil
import pytest

from treadle import Pipeline, Schemes, module, run, scratch, start_run, sweep
from treadle.app.options import Options, resources_of
from treadle.app.schemes import SCHEMES
from treadle.app.session import MOST_OPEN, Run
from treadle.core.errors import PipelineError, RefusedError, UsageError
from treadle.core.journal.listing import list_runs
from treadle.core.places import runs_folder
from treadle.core.run.records import RunEnded, TaskChanged
from treadle.core.run.results import UnavailableError
from treadle.core.run.states import TaskState

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 20.0


def double(x: int = 1) -> int:
    return 2 * x


def fail(x: int = 1) -> int:
    raise ValueError(f"no {x}")


def one_node(function=double, **inputs):
    pipeline = Pipeline("demo")
    return pipeline, pipeline.add(function, **inputs)


class Gate:
    """A module that tells when it has begun and waits to be let through."""

    def __init__(self) -> None:
        self.begun, self.opened = threading.Event(), threading.Event()

    def module(self, x: int = 1) -> int:
        self.begun.set()
        assert self.opened.wait(SECONDS)
        return x


@pytest.fixture
def gate():
    made = Gate()
    yield made
    made.opened.set()


def gated(gate):
    def wait(x: int = 1) -> int:
        return gate.module(x)

    pipeline = Pipeline("demo")
    first = pipeline.add(wait, x=3)
    return pipeline, first, pipeline.add(double, x=first.out)


def test_run_returns_the_values():
    pipeline, node = one_node(x=21)
    result = run(pipeline)
    assert result[node] == 42
    assert result.state == "succeeded"
    assert result.ok
    assert [task.scheme for task in result.tasks] == ["processes"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_can_be_asked_for(scheme):
    @module(schemes=Schemes(threads=True))
    def anywhere(x: int) -> int:
        return 2 * x

    pipeline, node = one_node(anywhere, x=21)
    result = run(pipeline, scheme=scheme)
    assert result[node] == 42
    assert [task.scheme for task in result.tasks] == [scheme]


def test_what_the_scheme_that_was_asked_for_cannot_take_goes_to_another_that_says_why():
    result = run(one_node(x=21)[0], scheme="threads")
    (task,) = result.tasks
    assert (task.scheme, task.reason) == ("processes", "processes: threads not supported by this module")


def test_a_module_that_fails_does_not_raise_here():
    result = run(one_node(fail)[0])
    assert result.state == "failed"
    assert not result.ok


def test_a_function_of_the_script_sees_the_objects_around_it():
    seen = []

    def note(x: int = 1) -> int:
        seen.append(x)
        return x

    run(one_node(note, x=sweep([1, 2, 3]))[0], scheme="serial")
    assert seen == [1, 2, 3]


@pytest.mark.parametrize("until", ["double", ["double"], ("double",)])
def test_until_takes_one_node_or_several(until):
    pipeline, node = one_node()
    later = pipeline.add(double, id="later", x=node.out)
    result = run(pipeline, until=until)
    assert result[node] == 2
    with pytest.raises(UsageError, match="no node 'later'"):
        result[later]


def test_until_takes_handles_and_start_run_takes_it_too():
    pipeline, node = one_node()
    pipeline.add(double, id="later", x=node.out)
    assert [task.node for task in start_run(pipeline, until=[node]).result(SECONDS).tasks] == ["double"]


def test_an_unknown_node_to_run_to_is_named_with_a_suggestion():
    with pytest.raises(UsageError, match="Did you mean 'double'"):
        run(one_node()[0], until=["duoble"])


def test_an_unknown_scheme_is_refused_with_a_suggestion():
    with pytest.raises(UsageError, match=r"no scheme 'seriell'.*Did you mean 'serial'"):
        run(one_node()[0], scheme="seriell")


def test_a_node_that_asks_for_more_cores_than_there_are_is_refused():
    pipeline, node = one_node()
    node.n_procs = 3
    with pytest.raises(RefusedError, match="double: it asks for 3 cores, and there are 2"):
        run(pipeline, n_procs=2)


def test_a_node_that_asks_for_more_memory_than_there_is_is_refused():
    pipeline, node = one_node()
    node.mem_gb = 4.0
    with pytest.raises(RefusedError, match="4 GB"):
        run(pipeline, memory_gb=1.5)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"n_procs": 0}, "n_procs must be a whole number from 1 on, not 0"),
        ({"n_procs": 1.5}, "whole number from 1 on, not 1.5"),
        ({"n_procs": True}, "whole number from 1 on, not True"),
        ({"memory_gb": 0}, "memory_gb must be a number of GB above 0, not 0"),
        ({"memory_gb": -1}, "above 0, not -1"),
        ({"memory_gb": float("nan")}, "above 0, not nan"),
        ({"memory_gb": "4"}, "above 0, not '4'"),
        ({"on_error": "contine"}, "on_error cannot be 'contine'. Did you mean 'continue'?"),
        ({"order": "topologcal"}, "order cannot be 'topologcal'. Did you mean 'topological'?"),
        ({"retries": -1}, "retries must be a whole number from 0 on, not -1"),
        ({"cache": ""}, "cache must be True, False or the name of a folder"),
        ({"cache": 3}, "the name of a folder, not 3"),
        ({"resume": "yes"}, "resume must be True or False, not 'yes'"),
        ({"resume": True}, "there is no earlier run to resume"),
        ({"until": 3}, "until must be a node or several, not 3"),
        ({"scheme": None}, "there is no scheme None"),
        ({"scheme": ["serial"]}, "there is no scheme"),
        ({"retires": 2}, "a run has no option 'retires'. Did you mean 'retries'?"),
    ],
)
def test_an_option_that_makes_no_sense_is_an_error_and_leaves_nothing_behind(wrong, told, temporary):
    with pytest.raises(UsageError) as caught:
        run(one_node()[0], **wrong)
    assert told in str(caught.value)
    assert list(temporary.iterdir()) == []
    assert not runs_folder().exists()


def test_a_node_that_wishes_for_a_scheme_that_does_not_exist_is_refused_before_anything_starts():
    pipeline, node = one_node()
    node.scheme = "procesess"
    with pytest.raises(PipelineError, match=r"double: .*'procesess'.*Did you mean 'processes'\?"):
        run(pipeline)
    assert not runs_folder().exists()
    node.scheme = "ipython"  # known, though not there: a wish
    assert run(pipeline).ok


def test_resources_are_what_was_told_or_what_there_is():
    assert resources_of(Options(n_procs=1, memory_gb=0.5)) == (1, 0.5)
    assert resources_of(Options())[0] >= 1
    assert resources_of(Options())[1] > 0.1


def test_a_faulty_pipeline_is_refused_with_all_that_is_wrong():
    def needs(a: int, b: int) -> int:
        return a + b

    with pytest.raises(PipelineError) as caught:
        run(one_node(needs)[0])
    assert "needs" in str(caught.value)
    assert str(caught.value).count("error: ") == 2


def test_of_very_many_faults_the_first_ten_are_told():
    def needs(a: int) -> int:
        return a

    pipeline = Pipeline("demo")
    for _ in range(14):
        pipeline.add(needs)
    with pytest.raises(PipelineError) as caught:
        run(pipeline)
    assert str(caught.value).count("error: ") == 10
    assert str(caught.value).endswith("(and 4 more)")


def test_nothing_is_left_behind_by_a_refused_run(temporary):
    pipeline, node = one_node()
    node.n_procs = 3
    with pytest.raises(RefusedError):
        run(pipeline, n_procs=2)
    assert list(temporary.iterdir()) == []


def test_the_listener_hears_every_step_and_the_end():
    heard = []
    pipeline, _ = one_node()
    handle = start_run(
        pipeline,
        listener=lambda event: heard.append(event.record.state if isinstance(event, TaskChanged) else event),
    )
    handle.result(SECONDS)
    assert heard[0] is TaskState.WAITING
    assert heard[-2] is TaskState.SUCCEEDED
    assert isinstance(heard[-1], RunEnded)


def test_a_result_can_be_reported_in_one_file(tmp_path):
    pipeline, node = one_node(x=21)
    path = run(pipeline).report(tmp_path / "report.html")
    assert path == tmp_path / "report.html"
    assert node.id in path.read_text()


def test_every_run_is_in_the_journal(tmp_path):
    result = run(one_node(fail)[0])
    (kept,) = list_runs(runs_folder()).readable
    assert kept.id == result.journal.stem
    assert kept.state == "failed"


def test_result_gives_up_after_the_timeout_and_can_be_asked_again(gate):
    pipeline, first, _ = gated(gate)
    handle = start_run(pipeline)
    with pytest.raises(TimeoutError, match=r"has not ended after 0\.01 s"):
        handle.result(timeout=0.01)
    assert not handle.done
    gate.opened.set()
    assert handle.result(SECONDS)[first] == 3
    assert handle.done


def test_cancel_from_another_thread_starts_nothing_more(gate):
    pipeline, _, second = gated(gate)
    handle = start_run(pipeline)
    assert gate.begun.wait(SECONDS)
    handle.cancel()
    gate.opened.set()
    result = handle.result(SECONDS)
    assert result.state == "cancelled"
    assert not result.ok
    states = {task.node: task.state for task in result.tasks}
    assert states[second.id] is TaskState.CANCELLED
    assert all(state.terminal for state in states.values())


def test_a_paused_run_starts_nothing_until_it_goes_on(gate):
    changed = threading.Event()
    pipeline, _, second = gated(gate)

    def listen(event):
        if isinstance(event, TaskChanged) and event.record.state is TaskState.SUCCEEDED:
            changed.set()

    handle = start_run(pipeline, listener=listen)
    assert gate.begun.wait(SECONDS)
    handle.pause()
    gate.opened.set()
    assert changed.wait(SECONDS)
    with pytest.raises(TimeoutError):
        handle.result(timeout=0.05)
    handle.resume()
    assert handle.result(SECONDS)[second] == 6


def test_an_error_of_the_listener_reaches_the_one_who_waits():
    def broken(_event):
        raise RuntimeError("the listener is broken")

    with pytest.raises(RuntimeError, match="the listener is broken"):
        start_run(one_node()[0], listener=broken).result(SECONDS)


def test_editing_the_pipeline_does_not_change_the_run_that_goes_on(gate):
    pipeline, first, second = gated(gate)
    handle = start_run(pipeline)
    assert gate.begun.wait(SECONDS)
    pipeline.nodes.pop(second.id)
    pipeline.connections.clear()
    pipeline.title = "another"
    gate.opened.set()
    result = handle.result(SECONDS)
    assert (result[first], result[second]) == (3, 6)


@pytest.fixture
def on_ctrl_c():
    """Set what Ctrl-C does; afterwards it does what it did before."""
    before = signal.getsignal(signal.SIGINT)
    yield lambda handler: signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGINT, before)


def interrupted_twofold():
    def interrupted(x: int = 1) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        return x

    pipeline, first = one_node(interrupted)
    return pipeline, first, pipeline.add(double, x=first.out)


def test_ctrl_c_ends_the_run_in_order_and_then_the_script(on_ctrl_c, temporary):
    pipeline, *_ = interrupted_twofold()
    on_ctrl_c(signal.default_int_handler)
    with pytest.raises(KeyboardInterrupt) as caught:
        run(pipeline, scheme="serial")
    (kept,) = list_runs(runs_folder()).readable
    assert kept.state == "cancelled"
    assert kept.counts == {"cancelled": 2}
    assert kept.id in str(caught.value)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert list(temporary.iterdir()) == []


def test_ctrl_c_while_a_run_is_prepared_interrupts_no_import_but_cancels_the_run(on_ctrl_c, temporary):
    class Interrupted(Pipeline):
        def copy(self) -> Pipeline:
            os.kill(os.getpid(), signal.SIGINT)
            return super().copy()

    pipeline = Interrupted()
    pipeline.add(double, x=1)
    on_ctrl_c(signal.default_int_handler)
    with pytest.raises(KeyboardInterrupt, match="was ended"):
        run(pipeline)
    (kept,) = list_runs(runs_folder()).readable
    assert (kept.state, kept.counts) == ("cancelled", {"cancelled": 1})
    assert list(temporary.iterdir()) == []


def test_ctrl_c_while_workers_are_busy_leaves_none_of_them(on_ctrl_c):
    def sleeps(x: int = 1) -> int:
        os.kill(int(os.environ["OWNER"]), signal.SIGINT)
        threading.Event().wait(600)
        return x

    pipeline, _ = one_node(sleeps)
    on_ctrl_c(signal.default_int_handler)
    before = psutil.Process().children(recursive=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OWNER", str(os.getpid()))
        with pytest.raises(KeyboardInterrupt):
            run(pipeline, scheme="processes")
    left = [child for child in psutil.Process().children(recursive=True) if child not in before]
    assert psutil.wait_procs(left, 5.0)[1] == []


def test_a_program_that_handles_ctrl_c_itself_is_told_and_gets_the_cancelled_result(on_ctrl_c):
    pipeline, first, second = interrupted_twofold()
    told = []
    on_ctrl_c(lambda number, _frame: told.append(number))
    result = run(pipeline, scheme="serial")
    assert told == [signal.SIGINT]
    assert result.state == "cancelled"
    assert {task.node: task.state for task in result.tasks} == {
        first.id: TaskState.CANCELLED,
        second.id: TaskState.CANCELLED,
    }


def make_file(text: str = "hello") -> Path:
    path = scratch() / "note.txt"
    path.write_text(text)
    return path


def test_files_can_be_read_after_the_run_and_stay_in_the_cache(temporary, tmp_path):
    pipeline, node = one_node(make_file)
    path = run(pipeline, cache=tmp_path / "cache")[node]
    gc.collect()
    assert list(temporary.iterdir()) == []
    assert tmp_path / "cache" in path.parents
    assert path.read_text() == "hello"


def test_without_a_cache_files_go_with_the_result(temporary):
    pipeline, node = one_node(make_file)
    result = run(pipeline, cache=False)
    path = result[node]
    assert path.read_text() == "hello"
    assert temporary in path.parents
    del result
    gc.collect()
    assert not path.exists()
    assert list(temporary.iterdir()) == []


def test_closing_the_result_removes_its_files_and_may_be_done_twice(temporary):
    result = run(one_node(make_file)[0])
    result.close()
    result.close()
    assert list(temporary.iterdir()) == []


def test_a_started_run_leaves_nothing_when_its_handle_is_dropped(temporary):
    handle = start_run(one_node(make_file)[0])
    handle.result(SECONDS)
    del handle
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_only_the_user_can_enter_the_folder_of_a_run(temporary):
    prepared = Run(one_node()[0], Options())
    (folder,) = temporary.glob("treadle-run-*")
    assert folder.stat().st_mode & 0o077 == 0
    prepared.close()


def test_on_error_stop_starts_nothing_new():
    pipeline, first = one_node(fail, x=sweep([1, 2, 3]))
    assert len(run(pipeline).failures) == 3
    result = run(pipeline, on_error="stop", n_procs=1)
    assert len(result.failures) == 1
    assert {task.state for task in result.tasks} <= {TaskState.FAILED, TaskState.CANCELLED, TaskState.SKIPPED}
    assert first.id == "fail"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_relative_pattern_counts_from_the_pipeline_in_every_scheme_and_is_looked_for_anew(
    scheme, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
        pipeline = Pipeline("files")
        found = pipeline.add("glob:glob", pathname="*.txt")
        assert sorted(run(pipeline, scheme=scheme)[found]) == sorted(map(str, tmp_path.glob("*.txt")))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_an_object_of_a_class_that_only_the_pipeline_has_can_be_read(scheme, tmp_path):
    source = ["class Own:", "    x = 3", "", "def make() -> object:", "    return Own()", ""]
    described = {"source": source, "name": "make", "outputs": [{"name": "out"}], "runs_code": True}
    file = tmp_path / "own.treadle"
    file.write_text(json.dumps({"treadle": 1, "modules": {"make": described}, "nodes": {"make": {"module": "make"}}}))
    pipeline = Pipeline.load(file)
    for _ in range(2):
        assert run(pipeline, scheme=scheme, cache=tmp_path / "cache")["make"].x == 3


def forgets(x: int = 1) -> Path:
    return scratch() / "never-written.nii"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_returned_file_that_was_not_written_fails_its_own_task(scheme):
    (failure,) = run(one_node(forgets)[0], scheme=scheme, cache=False).failures
    assert "never-written.nii" in failure.cause.message


def test_results_that_are_kept_can_be_read_though_their_workers_are_gone():
    kept = []
    before = set(psutil.Process().children())
    for number in range(8):
        pipeline, node = one_node(x=number)
        kept.append((run(pipeline, cache=False), node))
    assert len(set(psutil.Process().children()) - before) <= MOST_OPEN
    assert [result[node] for result, node in kept] == [2 * number for number in range(8)]


class Traced:
    """A value that leaves a trace where it is unpickled."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __reduce__(self):
        return leave_trace, (self.file,)


def leave_trace(file: str) -> str:
    with open(file, "a") as trace:  # noqa: PTH123 - of plain text, also where a worker has no Path
        trace.write(f"{os.getpid()}\n")
    return file


def traced(file: str) -> object:
    return Traced(file)


@pytest.mark.parametrize("hosted", [True, False])
def test_values_of_older_runs_come_here_only_where_code_of_modules_may(hosted, tmp_path):
    file = tmp_path / "trace"
    file.touch()
    ended = []
    for _ in range(MOST_OPEN + 1):
        ended.append(Run(one_node(traced, file=str(file))[0], Options("processes", cache=False, hosted=hosted)))
        assert ended[-1].execute().ok
    assert (str(os.getpid()) in file.read_text().split()) is not hosted
    for one in ended:
        one.close()


def test_cancelling_what_is_not_there_is_an_error_and_cancels_nothing():
    pipeline, node = one_node()
    with start_run(pipeline) as handle:
        with pytest.raises(UsageError, match=r"no node 'duoble'. Did you mean 'double'"):
            handle.cancel(nodes="duoble")
        with pytest.raises(UsageError, match="no task 'nope'"):
            handle.cancel(nodes=node, tasks="nope")
        assert handle.result(SECONDS).state == "succeeded"


def test_what_a_run_is_for_is_computed_again_where_its_kept_value_is_damaged(tmp_path):
    def ones(count: int = 40_000) -> list[int]:
        return list(range(count))

    pipeline = Pipeline()
    read, shown = pipeline.add(ones, id="read"), pipeline.add(ones, id="shown", count=50_000)
    read.cache = shown.cache = True
    total = pipeline.add(sum, iterable=read.out)
    first = run(pipeline, scheme="serial", cache=tmp_path)
    first.close()
    for path in (tmp_path / "values").rglob("*"):
        if path.is_file():
            with path.open("r+b") as file:
                file.seek(1000)
                file.write(b"damage")
    again = run(pipeline, scheme="serial", cache=tmp_path)
    states = {record.title: record.state.value for record in again.tasks}
    assert states == {"read": "cached", "shown": "succeeded", total.id: "cached"}
    assert again[shown] == list(range(50_000))
    with pytest.raises(UnavailableError, match="Run the pipeline again"):
        again[read]
