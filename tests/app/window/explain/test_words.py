from __future__ import annotations

from reasons import NO, told

from treadle.app.window.explain.words import last_run, next_run, tip
from treadle.app.window.looks import NodeLook


def test_the_next_run_is_told_with_its_reason_but_not_the_name_twice(qapp):
    assert next_run(told()) == "The next run would have it on Processes: threads not supported by this module"
    assert next_run(None) == ""


def test_what_no_scheme_can_take_and_groups_of_different_ones_are_told(qapp):
    assert next_run(told(chosen="", reason="too large")) == "The next run cannot run it: too large"
    assert next_run(told(chosen="", reason="")) == "The next run would have its nodes on different schemes."


def test_the_last_run_is_told_only_where_a_scheme_took_the_node(qapp):
    assert last_run(NodeLook("cached", scheme="cache"), "x") == ""
    assert last_run(NodeLook(), "") == ""
    why = last_run(NodeLook("succeeded", scheme="threads"), "threads: the node asks for it")
    assert why == "The last run had it on Threads: the node asks for it"


def test_the_tooltip_of_a_badge_has_all_schemes_with_reasons_and_marks(theme):
    text = tip(told(), NodeLook("succeeded", scheme="threads"), "", theme)
    for part in ("The last run had it on Threads.", "The next run would have it on Processes", NO, "no cluster runs"):
        assert part in text
    assert text.count("<tr>") == 4
    assert text.count("●") == 1
    assert text.count("✓") == 1
    assert text.count("–") == 2
    assert "0.3 s" in text or "0.2 s" in text


def test_the_tooltip_lets_no_markup_of_reasons_through_and_is_empty_where_nothing_is_known(theme):
    assert "<script>" not in tip(told(reason="processes: <script>"), NodeLook(), "", theme)
    assert tip(None, NodeLook(), "", theme) == ""


def test_what_need_not_run_is_told(theme):
    assert "need not run it" in tip(told(), NodeLook("fresh", freshness="fresh"), "", theme)
