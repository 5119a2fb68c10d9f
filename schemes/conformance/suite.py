"""What every scheme promises: one suite for all of them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ...core.handover import stated_handover
from ...core.scheme import Began, Ended, Logged, Progressed, Stopped
from ...core.worker.call import Applied, Call, Form, Items, Moved, Ref, Target
from ...core.worker.failures import Cause
from ...core.worker.handing import hand_out, load
from .bench import SECONDS, Bench
from .called import (
    add,
    call,
    change,
    environment,
    fail,
    fail_oddly,
    is_writeable,
    items,
    keep_file,
    large,
    leave,
    leave_process,
    lock,
    nested_zeros,
    scratch_path,
    shaped,
    sum_of,
    sum_of_array,
    talk,
    torn,
    two,
    type_name,
    wait_for_ever,
    zeros,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .candidate import Candidate


@pytest.fixture
def bench(candidate: Candidate, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(candidate, tmp_path / "files")
    yield made
    made.scheme.close(SECONDS)


@pytest.fixture
def stopping(candidate: Candidate, bench: Bench) -> Bench:
    """A scheme that can end a call that runs."""
    return bench if candidate.stops else pytest.skip("it cannot end a call that runs")


@pytest.fixture
def surviving(candidate: Candidate, bench: Bench) -> Bench:
    """A scheme whose workers may end."""
    return bench if candidate.survives_exit else pytest.skip("a call has no process of its own")


class TestAnswers:
    def test_every_call_is_answered_exactly_once(self, bench: Bench) -> None:
        ended = bench.run(*[call(add, f"task[{n}]", x=n) for n in range(50)])
        assert sorted(ended) == sorted(f"task[{n}]" for n in range(50))
        assert [bench.fetch(f"task[{n}]") for n in range(50)] == list(range(1, 51))
        assert not [report for report in bench.seen if isinstance(report, Stopped)]

    def test_a_call_begins_before_it_ends_and_names_its_worker(self, bench: Bench) -> None:
        bench.run(call(add, x=1))
        (began,) = bench.of("task", Began)
        (ended,) = bench.of("task", Ended)
        assert bench.seen.index(began) < bench.seen.index(ended)
        assert began.place.worker

    def test_times_are_told(self, bench: Bench) -> None:
        ended = bench.run(call(add, x=1))["task"]
        assert ended.seconds >= 0
        assert ended.cpu_seconds >= 0
        assert not ended.lost

    def test_the_capacity_is_announced(self, bench: Bench) -> None:
        assert bench.slots == bench.candidate.slots


class TestValues:
    def test_a_value_is_the_input_of_a_later_call(self, bench: Bench) -> None:
        bench.run(call(add, "first", x=1))
        bench.run(call(add, "second", x=Ref(("first", "out", -1)), y=Ref(("first", "out", -1))))
        assert bench.fetch("second") == 4

    def test_a_list_of_values_is_one_argument(self, bench: Bench) -> None:
        bench.run(*[call(add, f"task[{n}]", x=n) for n in range(3)])
        refs = Items(tuple(Ref((f"task[{n}]", "out", -1)) for n in range(3)))
        bench.run(call(sum_of, "sum", values=refs))
        assert bench.fetch("sum") == 6

    def test_a_function_on_the_way_is_called(self, bench: Bench) -> None:
        bench.run(call(add, "first", x=1))
        bench.run(call(add, "second", x=Applied(Target("builtins:float"), Ref(("first", "out", -1)))))
        assert bench.fetch("second") == 3.0

    def test_a_split_output_is_told_and_fetched_item_by_item(self, bench: Bench) -> None:
        result = bench.result(shaped(call(items, count=3), split=frozenset({"out"})))
        assert result.items == {"out": ("0", "1", "2")}
        assert [bench.fetch("task", place=place) for place in range(3)] == [0, 10, 20]

    def test_fields_are_outputs_and_an_absent_one_is_told_with_its_reason(self, bench: Bench) -> None:
        result = bench.result(shaped(call(two), outputs=("first", "second"), fields=True))
        assert bench.fetch("task", "first") == 1
        assert result.absent == {"second": "not taken"}

    def test_flags_are_told(self, bench: Bench) -> None:
        assert bench.result(shaped(call(add, x=0, y=0), flags=frozenset({"out"}))).flags == {"out": False}

    def test_a_preview_is_told(self, bench: Bench) -> None:
        assert bench.result(call(add, x=1)).previews["out"] == {"type": "int", "text": "2"}

    def test_a_value_that_was_never_made_is_a_key_error(self, bench: Bench) -> None:
        with pytest.raises(KeyError):
            bench.fetch("nobody")

    def test_a_released_value_is_forgotten(self, bench: Bench) -> None:
        bench.run(call(add, x=1))
        bench.scheme.release(["task", "nobody"])
        with pytest.raises(KeyError):
            bench.fetch("task")

    def test_arrays_arrive_read_only_also_deep_inside(self, bench: Bench) -> None:
        bench.run(call(zeros, "zeros"))
        bench.run(call(is_writeable, array=Ref(("zeros", "out", -1))))
        assert bench.fetch("task") is False
        bench.run(call(nested_zeros, "nested"))
        assert not bench.fetch("nested")["deep"][0][0].flags.writeable

    def test_a_module_that_changes_its_input_gets_a_copy(self, bench: Bench) -> None:
        bench.run(call(zeros, "zeros"))
        bench.run(call(change, mutates=("array",), array=Ref(("zeros", "out", -1))))
        assert bench.fetch("task") == 4.0
        assert bench.fetch("zeros").sum() == 0

    def test_a_module_that_changes_its_input_without_saying_so_fails_and_spoils_nothing(self, bench: Bench) -> None:
        bench.run(call(zeros, "zeros"))
        assert "read-only" in bench.cause(call(change, array=Ref(("zeros", "out", -1)))).message
        assert bench.fetch("zeros").sum() == 0


class TestValuesElsewhere:
    @pytest.mark.parametrize("count", [10, 100_000])
    def test_an_exported_value_can_be_read_by_others(self, bench: Bench, count: int) -> None:
        bench.run(call(large, count=count))
        found = load(bench.exported("task"))
        assert (found == np.arange(count)).all()
        assert not found.flags.writeable

    def test_an_item_of_a_split_output_can_be_exported(self, bench: Bench) -> None:
        bench.run(shaped(call(items, count=3), split=frozenset({"out"})))
        assert load(bench.exported("task", place=2)) == 20

    def test_why_a_value_cannot_be_exported_is_told(self, bench: Bench) -> None:
        assert isinstance(bench.exported("nobody"), Cause)

    @pytest.mark.parametrize("count", [10, 100_000])
    def test_a_value_made_elsewhere_is_an_argument_and_read_only(
        self, bench: Bench, tmp_path: Path, count: int
    ) -> None:
        handed = hand_out(np.arange(count), tmp_path, tmp_path)
        bench.run(call(is_writeable, "seen", array=Moved(handed)), call(sum_of_array, array=Moved(handed)))
        assert bench.fetch("seen") is False
        assert bench.fetch("task") == sum(range(count))


class TestEnds:
    def test_a_stopped_call_is_over_at_once_and_others_go_on(self, stopping: Bench) -> None:
        stopping.scheme.submit([call(wait_for_ever, "stuck")])
        stopping.until(Began, "stuck")
        stopping.scheme.stop(["stuck"])
        assert stopping.until(Stopped, "stuck") == Stopped("stuck", 1)
        stopping.run(call(add, x=1))
        assert stopping.fetch("task") == 2

    def test_a_call_that_was_stopped_can_be_tried_again(self, stopping: Bench) -> None:
        stopping.scheme.submit([call(wait_for_ever)])
        stopping.until(Began, "task")
        stopping.scheme.stop(["task"])
        stopping.until(Stopped, "task")
        assert stopping.run(replace(call(add, x=1), attempt=2))["task"].attempt == 2
        assert stopping.fetch("task") == 2

    def test_a_call_that_ends_its_process_is_lost_and_says_how(self, surviving: Bench) -> None:
        ended = surviving.run(call(leave_process))["task"]
        assert (ended.lost, ended.result) == (True, Cause("exited", "exited with code 3"))

    def test_after_a_loss_there_is_a_worker_again(self, surviving: Bench) -> None:
        surviving.run(call(leave_process, "bad"))
        surviving.run(call(add, x=1))
        assert surviving.fetch("task") == 2


class TestFailures:
    def test_an_exception_keeps_its_text_its_type_and_its_traceback(self, bench: Bench) -> None:
        cause = bench.cause(call(fail, text="no such luck"))
        assert (cause.kind, cause.message, cause.type) == ("exception", "no such luck", "ValueError")
        assert "raise ValueError(text)" in cause.traceback
        assert "worker/execute" not in cause.traceback

    def test_an_exception_that_cannot_be_pickled_keeps_its_text(self, bench: Bench) -> None:
        cause = bench.cause(call(fail_oddly))
        assert (cause.message, cause.type) == ("an odd one", "Odd")

    @pytest.mark.parametrize("code", [3, "enough", None])
    def test_sys_exit_fails_the_task_and_nothing_else(self, bench: Bench, code: Any) -> None:
        assert bench.cause(call(leave, code=code)).message == f"the module called sys.exit({code!r})"
        bench.run(call(add, "next", x=1))
        assert bench.fetch("next") == 2

    def test_a_failure_of_the_module_is_no_loss(self, bench: Bench) -> None:
        assert not bench.run(call(fail, text="x"))["task"].lost

    def test_a_module_that_cannot_be_imported_is_named(self, bench: Bench) -> None:
        cause = bench.cause(Call("task", Form(Target("no_such_package.part:function")), {}))
        assert "no_such_package.part:function cannot be imported here" in cause.message

    def test_an_output_that_cannot_be_pickled_is_named_where_it_would_have_to_travel(self, bench: Bench) -> None:
        result = bench.run(call(lock))["task"].result
        assert isinstance(result, Cause) == bench.candidate.pickles
        assert not isinstance(result, Cause) or (result.kind == "not picklable" and "lock" in result.message)

    def test_a_value_that_cannot_be_made_again_is_told_with_the_input_that_it_is_for(self, bench: Bench) -> None:
        bench.result(call(torn, "torn"))
        result = bench.run(call(type_name, value=Ref(("torn", "out", -1))))["task"].result
        assert isinstance(result, Cause) == bench.candidate.pickles
        assert not isinstance(result, Cause) or (result.kind, result.port) == ("not picklable", "value")
        assert bench.result(call(add, "next", x=1)).outputs is not None

    def test_a_failure_leaves_the_worker_able_to_work(self, bench: Bench) -> None:
        bench.run(call(fail, "bad", text="x"))
        bench.run(call(add, "good", x=1))
        assert bench.fetch("good") == 2


class TestSurroundings:
    def test_log_lines_and_progress_are_told_in_their_order(self, bench: Bench) -> None:
        bench.run(call(talk))
        # Lines and progress may come by different ways: each keeps its own order.
        assert bench.of("task", Logged) == [Logged("task", "one"), Logged("task", "two")]
        assert bench.of("task", Progressed) == [Progressed("task", 0.25, "a quarter"), Progressed("task", 1.0, "")]

    def test_a_returned_file_is_kept_read_only_and_the_rest_of_scratch_is_gone(self, bench: Bench) -> None:
        bench.run(call(keep_file))
        kept = bench.fetch("task")
        assert kept.read_text() == "kept"
        assert not kept.stat().st_mode & 0o222
        bench.run(call(scratch_path, "where"))
        assert not Path(bench.fetch("where")).exists() or not list(Path(bench.fetch("where")).iterdir())

    def test_the_environment_is_looked_up_where_the_call_runs(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = next(name for name, value in os.environ.items() if value.isalpha() and len(value) > 3)
        bench.run(call(environment, name=f"${{env:{name}}}"))
        assert bench.fetch("task") == os.environ[name]

    def test_a_variable_that_is_not_set_fails_the_task_and_is_named(self, bench: Bench) -> None:
        cause = bench.cause(call(environment, name="${env:TREADLE_NOT_SET_ANYWHERE}"))
        assert "the environment variable TREADLE_NOT_SET_ANYWHERE is not set" in cause.message


class TestLife:
    def test_closing_twice_is_allowed(self, bench: Bench) -> None:
        bench.run(call(add, x=1))
        bench.scheme.close(SECONDS)
        bench.scheme.close(SECONDS)

    def test_stopping_calls_that_do_not_run_does_nothing(self, bench: Bench) -> None:
        bench.scheme.stop(["nobody"])
        bench.run(call(add, x=1))
        assert bench.fetch("task") == 2

    def test_what_it_says_that_a_hand_over_costs_is_a_sensible_number_of_seconds(self, bench: Bench) -> None:
        # The attribute ``handover`` may be missing. ValueError tells what is wrong with it.
        said = stated_handover(bench.scheme)
        assert said is None or said >= 0

    def test_the_same_task_may_be_tried_again(self, bench: Bench) -> None:
        bench.run(call(fail, text="x"))
        bench.run(replace(call(add, x=1), attempt=2))
        assert bench.fetch("task") == 2
