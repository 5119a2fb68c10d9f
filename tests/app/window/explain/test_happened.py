from __future__ import annotations

from windows import row

from treadle.app.window.explain.happened import happened


def test_tasks_that_went_alike_are_told_together_the_most_first():
    rows = [
        row(f"a[{at}]", "succeeded", reason="processes: first", worker=f"process {at % 2}", attempts=1)
        for at in range(4)
    ]
    rows.append(row("a[4]", "failed", scheme="threads", reason="threads: processes refused it", attempts=2, cause="no"))
    rows.append(row("b", "succeeded", reason="processes: first"))
    most, other = happened(rows, "a")
    assert (most.scheme, most.tasks, most.states) == ("processes", 4, {"succeeded": 4})
    assert most.workers == ("process 0", "process 1")
    assert (other.scheme, other.again, other.cause) == ("threads", ("a[4]",), "no")


def test_tasks_that_nobody_took_yet_are_left_out_and_hosts_are_told():
    rows = [row("a", "waiting", scheme=""), row("a[1]", "running", worker="engine 3", host="node1")]
    (one,) = happened(rows, "a")
    assert one.workers == ("engine 3 · node1",)


def test_results_from_the_cache_have_no_scheme_and_groups_are_their_members():
    (one,) = happened([row("g/a", "cached", node="g/a", scheme="cache", reason="cache: same inputs")], "g")
    assert (one.scheme, one.reason) == ("", "cache: same inputs")
