from treadle.core.run.deadlines import Deadlines


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_is_due_happens_once_and_in_order() -> None:
    clock, done = Clock(), []
    deadlines = Deadlines(clock)
    deadlines.set("late", 2.0, lambda: done.append("late"))
    deadlines.set("soon", 1.0, lambda: done.append("soon"))
    assert deadlines.remaining() == 1.0
    deadlines.due()
    assert done == []
    clock.now += 5
    deadlines.due()
    deadlines.due()
    assert done == ["soon", "late"]
    assert deadlines.remaining() is None


def test_what_was_not_due_by_a_moment_waits() -> None:
    clock, done = Clock(), []
    deadlines = Deadlines(clock)
    deadlines.set("soon", 1.0, lambda: done.append("soon"))
    deadlines.set("late", 2.0, lambda: done.append("late"))
    clock.now += 5
    deadlines.due(by=101.5)
    assert done == ["soon"]
    assert deadlines.remaining() == 0.0


def test_what_was_cleared_does_not_happen() -> None:
    clock, done = Clock(), []
    deadlines = Deadlines(clock)
    deadlines.set("it", 1.0, lambda: done.append("it"))
    deadlines.clear("it")
    deadlines.clear("something else")
    clock.now += 5
    assert deadlines.remaining() is None
    deadlines.due()
    assert done == []


def test_what_is_set_again_happens_at_the_new_moment_only() -> None:
    clock, done = Clock(), []
    deadlines = Deadlines(clock)
    deadlines.set("it", 1.0, lambda: done.append("first"))
    deadlines.set("it", 3.0, lambda: done.append("second"))
    clock.now += 2
    deadlines.due()
    assert done == []
    clock.now += 2
    deadlines.due()
    assert done == ["second"]


def test_an_action_may_set_a_deadline_of_its_own() -> None:
    clock, done = Clock(), []
    deadlines = Deadlines(clock)
    deadlines.set("it", 1.0, lambda: deadlines.set("it", 1.0, lambda: done.append("again")))
    clock.now += 1
    deadlines.due()
    assert deadlines.remaining() == 1.0
    clock.now += 1
    deadlines.due()
    assert done == ["again"]
