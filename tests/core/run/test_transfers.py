from treadle.core.run.transfers import Transfers
from treadle.core.worker.call import Applied, Call, Form, Given, Items, Moved, Ref, Target
from treadle.core.worker.failures import Cause

A, B = ("a", "out", -1), ("b", "out", -1)
TARGET = Target(path="m:f")


def call(task: str, **arguments) -> Call:
    return Call(task, Form(TARGET), arguments)


def test_a_call_waits_until_all_values_from_elsewhere_are_there() -> None:
    transfers = Transfers()
    assert set(transfers.wait(call("t", x=Ref(A), y=Items((Ref(B), Ref(("own", "out", -1))))), [A, B])) == {A, B}
    assert transfers.arrived(A, b"1") == ["t"]
    assert transfers.ready("t") is None
    assert transfers.arrived(B, ("file", 7)) == ["t"]
    ready = transfers.ready("t")
    assert ready.arguments == {"x": Moved(b"1"), "y": Items((Moved(("file", 7)), Ref(("own", "out", -1))))}


def test_a_value_is_asked_for_once_whoever_needs_it() -> None:
    transfers = Transfers()
    assert transfers.wait(call("t", x=Ref(A)), [A]) == [A]
    assert transfers.wait(call("u", x=Applied(TARGET, Ref(A))), [A]) == []
    assert transfers.arrived(A, b"1") == ["t", "u"]
    assert transfers.ready("u").arguments == {"x": Applied(TARGET, Moved(b"1"))}
    assert transfers.wait(call("v", x=Ref(A)), [A]) == []
    assert transfers.ready("v").arguments == {"x": Moved(b"1")}


def test_who_waits_for_a_value_that_cannot_be_had_waits_no_longer() -> None:
    transfers = Transfers()
    transfers.wait(call("t", x=Ref(A), y=Ref(B)), [A, B])
    assert transfers.arrived(A, Cause("not picklable", "no")) == ["t"]
    assert not transfers.give_up("t")
    assert transfers.arrived(B, b"2") == []


def test_a_call_that_waits_again_for_the_same_value_is_told_once() -> None:
    transfers = Transfers()
    transfers.wait(call("t", x=Ref(A), y=Ref(B)), [A, B])
    transfers.arrived(B, Cause("lost contact", "gone"))
    assert transfers.wait(call("t", x=Ref(A), y=Ref(B)), [A, B]) == [B]
    assert transfers.arrived(A, b"1") == ["t"]


def test_what_was_forgotten_is_asked_for_again() -> None:
    transfers = Transfers()
    transfers.wait(call("t", x=Ref(A), y=Given(1)), [A])
    transfers.arrived(A, b"1")
    assert transfers.ready("t") is not None
    transfers.forget("a")
    assert transfers.wait(call("t", x=Ref(A)), [A]) == [A]
