"""What tasks print, cut into lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
            answered += 1
            printed.next_task()

    assert answered == len(outputs)
    assert told == {str(n): [clean(output)] for n, output in enumerate(clean_outputs) if output}


def test_marks_that_are_read_before_their_answers_wait_for_them():
    told = []
    tasks = ["a", "b", "c", ""]
    printed = Printed(MARK, lambda: tasks[0], lambda task, line: told.append((task, line)))

    printed.feed(b"one\n" + MARK + b"two\n" + MARK + b"three")
    while tasks[1:]:
        del tasks[0]
        printed.next_task()

    assert told == [("a", "one"), ("b", "two"), ("c", "three")]


def test_what_is_printed_while_no_task_runs_is_dropped():
    told = []
    tasks = [""]
    printed = Printed(MARK, lambda: tasks[0], lambda task, line: told.append((task, line)))

    printed.feed(b"noise\n")
    tasks[0] = "a"
    printed.feed(b"kept\n")

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
    assert sum("bytes cut" in line for line in told) == 1
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
    assert "characters cut" in text
