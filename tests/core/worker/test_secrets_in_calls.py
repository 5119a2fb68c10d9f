"""Secrets reach a module, and nothing that is told of it."""

from __future__ import annotations

import pytest

from treadle.core.worker import log, progress
from treadle.core.worker.call import Ref
from treadle.core.worker.failures import MAX_TEXT

SECRET = "open sesame ünd 'so' \"on\"\nline two"

VALUE = Ref(("v", "out", -1))

REFERENCE = "${env:TREADLE_TEST_SECRET}"


class TestSecrets:
    @pytest.fixture(autouse=True)
    def _secret(self, monkeypatch) -> None:
        monkeypatch.setenv("TREADLE_TEST_SECRET", SECRET)

    def covered(self, text: str) -> None:
        for piece in ("sesame", "line two"):
            assert piece not in text

    def test_a_secret_reaches_the_module_also_inside_lists_and_mappings(self, task) -> None:
        value = {"k": [REFERENCE, f"a {REFERENCE}"]}
        assert task.out(lambda v: v, arguments={"v": value}) == {"k": [SECRET, f"a {SECRET}"]}

    def test_it_is_covered_in_messages_and_tracebacks(self, task) -> None:
        def fail(v: str) -> None:
            raise ValueError(v, {"deep": v})

        cause = task.cause(fail, arguments={"v": REFERENCE})
        self.covered(cause.message + cause.traceback)
        assert "‹hidden›" in cause.message

    def test_it_is_covered_in_log_and_progress(self, task) -> None:
        def talk(v: str) -> None:
            log(v, [v])
            progress(0.5, v)

        task.result(talk, arguments={"v": REFERENCE})
        self.covered("".join(task.told))

    @pytest.mark.parametrize("padding", [0, 150, 185, 190, 195])
    def test_it_is_covered_in_previews_also_where_they_are_cut(self, task, padding) -> None:
        result = task.result(lambda v: ["x" * padding + v], arguments={"v": REFERENCE})
        assert "ope" not in str(result.previews)
        self.covered(str(result.previews))

    def test_it_is_covered_in_a_message_that_is_cut(self, task) -> None:
        def fail(v: str) -> None:
            raise ValueError("x" * (MAX_TEXT // 2 - 5) + v + "y" * MAX_TEXT)

        cause = task.cause(fail, arguments={"v": REFERENCE})
        assert "open" not in cause.message
        self.covered(cause.message)

    def test_it_is_covered_in_the_labels_of_items(self, task) -> None:
        result = task.result(lambda v: [f"/data/{v}.txt"], arguments={"v": REFERENCE}, split=frozenset({"out"}))
        self.covered("".join(result.items["out"]))

    def test_a_reference_that_data_brings_along_is_not_resolved(self, task) -> None:
        task.values[VALUE.value] = REFERENCE
        assert task.out(lambda v: v, arguments={"v": VALUE}) == REFERENCE
