"""Anything, in any order: no exception, no complaint of Qt, and undoing all gives the bytes there were."""

from __future__ import annotations

import os
import random

import pytest
from canvas_pipeline import small
from monkeys import Monkey
from shells import program

from treadle.core.document import encode

ROUND = 250
"""After so many deeds all is undone: a history has an end."""

SEED = int(os.environ.get("TREADLE_MONKEY_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


@pytest.fixture
def window(qapp, qtbot, tmp_path):
    made = program(tmp_path)
    made.window.resize(1280, 800)
    made.window.show()
    file = small().save(tmp_path / "small.treadle")
    made.window.files.open(file)
    qtbot.waitUntil(lambda: made.window.page is not None, timeout=20_000)
    yield made.window
    made.window.close_now()
    made.end()


def play(window, qtbot, qtlog, seed, deeds):
    monkey = Monkey(window, seed)
    document = window.page.document
    before = encode(document.pipeline)
    with qtbot.capture_exceptions() as exceptions:
        for number in range(deeds):
            try:
                monkey.act()
                assert not exceptions, exceptions
                complaints = [one.message for one in qtlog.records if "This plugin does not" not in one.message]
                assert not complaints
                if number % ROUND == ROUND - 1:
                    undone(document, before)
            except Exception as error:
                error.add_note(f"deed {number} of {monkey.tell()}")
                raise
        try:
            undone(document, before)
        except AssertionError as error:
            error.add_note(monkey.tell())
            raise


def undone(document, before):
    """Undo all and redo all: both give what there was."""
    after = encode(document.pipeline)
    steps = 0
    while document.undo_label:
        document.undo()
        steps += 1
    assert encode(document.pipeline) == before
    for _ in range(steps):
        document.redo()
    assert encode(document.pipeline) == after
    for _ in range(steps):
        document.undo()


def test_a_monkey_breaks_nothing(window, qtbot, qtlog):
    play(window, qtbot, qtlog, SEED, 500)


@pytest.mark.slow
def test_a_tireless_monkey_breaks_nothing(window, qtbot, qtlog):
    play(window, qtbot, qtlog, SEED + 1, 10_000)
