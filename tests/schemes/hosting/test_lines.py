"""What tasks print, cut into lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.core.worker.cut import cut_by, mark_of
from treadle.schemes.hosting.lines import KEPT, LONGEST, Lines, Printed, clean

MARK = b"\0\x01mark"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.binary(max_size=50)), st.integers(1, 20))
def test_output_in_pieces_of_any_size_is_told_apart_by_task(outputs, size):
    clean_outputs = [output.replace(MARK, b"").replace(b"\n", b".") for output in outputs]
    stream = b"".join(output + MARK for output in clean_outputs)
    told: dict[str, list[str]] = {}
    answered = 0
    printed = Printed(MARK, lambda: str(answered), lambda task, line: told.setdefault(task, []).append(line))
    for start in range(0, len(stream), size):
        printed.feed(stream[start : start + size])
        while printed.at_mark:
            printed.end_task()
            answered += 1

    assert answered == len(outputs)
    assert told == {str(n): [clean(output)] for n, output in enumerate(clean_outputs) if output}


@pytest.fixture
def told():
    return []


@pytest.fixture
def tasks():
    return ["a", "b", "c", ""]


@pytest.fixture
def printed(told, tasks):
    return Printed(MARK, lambda: tasks[0], lambda task, line: told.append((task, line)))


def test_marks_that_are_read_before_their_answers_wait_for_them(printed, tasks, told):
    printed.feed(b"one\n" + MARK + b"two\n" + MARK + b"three")
    while tasks[1:]:
        printed.end_task()
        del tasks[0]

    assert told == [("a", "one"), ("b", "two"), ("c", "three")]


def test_what_stands_behind_a_mark_is_not_that_of_a_task_that_printed_nothing(printed, tasks, told):
    printed.feed(b"one\n" + MARK + b"three\n")
    printed.end_task()
    del tasks[:2]
    printed.pass_on()

    assert told == [("a", "one"), ("c", "three")]


def test_what_came_late_of_a_task_that_printed_nothing_takes_no_lines_of_the_next(printed, tasks, told):
    printed.feed(b"late")
    printed.pass_on()
    del tasks[0]
    printed.feed(b"of b\n")
    printed.pass_on()

    assert told == [("a", "late"), ("b", "of b")]


def test_a_flood_read_at_once_begins_with_its_beginning(printed, told):
    printed.feed(b"".join(b"line %d\n" % number for number in range(100_000)) + MARK)
    printed.end_task()

    assert told[0] == ("a", "line 0")
    assert told[-1] == ("a", "line 99999")
    assert sum(bool(cut_by(line)) for _, line in told) == 1


def test_what_is_printed_while_no_task_runs_is_dropped(printed, tasks, told):
    waiting, tasks[:] = tasks[:], [""]
    printed.feed(b"noise\n")
    printed.pass_on()
    tasks[:] = waiting
    printed.feed(b"kept\n")
    printed.pass_on()

    assert told == [("a", "kept")]


def test_of_a_flood_the_beginning_and_the_newest_are_kept():
    told = []
    clock = Clock()
    lines = Lines(told.append, clock)
    for number in range(100_000):
        lines.feed(f"line {number}\n".encode())
    lines.end()

    assert told[0] == "line 0"
    assert told[-1] == "line 99999"
    assert sum(bool(cut_by(line)) for line in told) == 1
    assert sum(cut_by(line) or 1 for line in told) == 100_000
    assert sum(map(len, told)) < 4 * KEPT


def test_after_a_flood_lines_are_told_at_once_again():
    told = []
    clock = Clock()
    lines = Lines(told.append, clock)
    lines.feed(b"x" * (3 * KEPT) + b"\n")
    clock.now += 2

    lines.feed(b"calm\n")

    assert told[-1] == "calm"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"plain", "plain"),
        ("Größe".encode(), "Größe"),
        (b"10%\r20%\r30%\r", "30%"),
        (b"\x1b[2Jgone", "\\x1b[2Jgone"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        ("a\u202eb".encode(), "a\\u202eb"),
        (b"tab\tstays", "tab\tstays"),
    ],
)
def test_a_line_is_made_harmless(line, text):
    assert clean(line) == text


def test_the_middle_of_a_long_line_is_cut():
    text = clean(b"a" * 1_000_000)

    assert len(text) < LONGEST + 100
    assert f" … {1_000_000 - LONGEST} bytes cut … " in text


LINES_AND_GAPS = st.lists(
    st.tuples(
        st.integers(0, 3000), st.sampled_from([0, 1, 60, 1000, 3 * LONGEST, 3 * KEPT]), st.sampled_from([0, 0.3, 2])
    )
)


@given(LINES_AND_GAPS, st.booleans())
def test_what_is_told_and_what_is_cut_are_together_what_was_printed(bursts, is_ended):
    told, printed = [], []
    clock = Clock()
    lines = Lines(told.append, clock)
    for count, length, pause in bursts:
        burst = [b"%d " % number + b"x" * length for number in range(count if length < LONGEST else count % 3)]
        lines.feed(b"".join(line + b"\n" for line in burst))
        printed += burst
        clock.now += pause
    if not is_ended:
        lines.feed(b"unfinished")
        printed.append(b"unfinished")
    lines.end()

    assert sum(cut_by(line) or 1 for line in told) == len(printed)
    assert len(b"".join(printed)) > KEPT or not any(map(cut_by, told))
    place = 0
    for line in told:
        assert cut_by(line) or line == clean(printed[place])
        place += cut_by(line) or 1


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=30), st.integers(1, 5 * KEPT), st.integers(0, 30))
def test_of_one_line_that_comes_in_pieces_the_cut_bytes_are_counted(pieces, middle, place):
    pieces = [piece.replace(b"\n", b".").replace(b"\r", b".") for piece in pieces]
    pieces.insert(place, b"x" * middle)
    told = []
    lines = Lines(told.append, Clock())
    for piece in pieces:
        lines.feed(piece)
    lines.end()

    (line,) = told
    size = len(b"".join(pieces))
    assert line == clean(b"".join(pieces))
    assert (f" … {size - LONGEST} bytes cut … " in line) == (size > LONGEST)


def test_a_line_that_a_module_prints_counts_as_one_whatever_it_says():
    told = []
    lines = Lines(told.append, Clock())
    lines.feed(f"{mark_of(7)}\n".encode())

    assert told == ["\\u2026 7 lines cut …"]


def test_a_long_line_is_cut_between_its_characters():
    text = clean("ß€😀".encode() * 5000)

    before, cut, after = text.split(" … ")
    assert "\ufffd" not in text
    assert len(before.encode()) + int(cut.split()[0]) + len(after.encode()) == 9 * 5000
