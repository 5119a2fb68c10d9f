"""F16: a module that exhausts or changes its process harms no other task."""

from __future__ import annotations


def test_endless_recursion_fails_its_task_only(make_pool):
    pool = make_pool(workers=1)
    before = pool.run("own_pid")
    (victim,) = pool.submit(pool.call("recurse", "victim", depth=0))
    neighbours = pool.forty()

    assert pool.cause(victim).type == "RecursionError"
    assert pool.all_well(neighbours)
    assert pool.run("own_pid") == before


def test_a_result_nested_a_million_deep_fails_its_task_only(pool):
    (victim,) = pool.submit(pool.call("deep_list", "victim", depth=1_000_000))
    neighbours = pool.forty()

    assert "recursion" in pool.cause(victim).message.lower()
    assert pool.all_well(neighbours)


def test_a_module_that_changes_all_that_tasks_share_changes_it_for_itself(make_pool):
    pool = make_pool(workers=1)
    before = pool.run("surroundings")

    pool.submit(pool.call("change_everything", "victim"))
    neighbours = pool.forty()

    assert pool.run("surroundings") == before
    assert pool.value("victim") is None
    assert pool.all_well(neighbours)


def test_a_module_cannot_change_what_others_read(make_pool):
    pool = make_pool(workers=1)
    pool.submit(pool.call("zeros", "array", count=100_000), pool.call("same", "list", value=[1, 2, 3]))
    neighbours = pool.forty()

    assert pool.cause_of("write_into", array=pool.ref("array")).type == "ValueError"
    assert [pool.run("grow", items=pool.ref("list")) for _ in range(3)] == [4, 4, 4]
    assert pool.run("first", array=pool.ref("array")) == 0.0
    assert pool.all_well(neighbours)


def test_an_alarm_that_a_module_leaves_does_not_go_off_in_another(make_pool):
    pool = make_pool(workers=1)
    pool.submit(pool.call(leave_an_alarm, "victim"))

    assert pool.run("sleep_shortly", seconds=0.2) == ""
    assert pool.value("victim") is None
    assert pool.all_well(pool.forty())


def leave_an_alarm():
    import signal

    signal.setitimer(signal.ITIMER_REAL, 0.1)
