"""The report of a run: all of it in one file, nothing in it but text, and never large."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from journals import InventedRun

from treadle.app.report.page import write_report
from treadle.app.report.sections import MAX_PICTURES
from treadle.app.report.style import _DARK, _LIGHT, SCRIPT
from treadle.app.report.timeline import BINS, Span, busy, ticks
from treadle.core.errors import UsageError
from treadle.core.journal.facts import NodeFacts
from treadle.core.journal.reader import RunReader
from treadle.core.run.records import TaskRecord
from treadle.core.run.states import RunState, TaskState
from treadle.core.worker.failures import Cause

HOSTILE = "</script></style><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e\0\x1b[31m"


class Reading(HTMLParser):
    """What a browser would make of a page: the elements, their attributes, and the text of the body."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.attributes, self.words = [], [], []
        self.open = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes.extend((tag, *attr) for attr in attrs)
        if tag not in {"meta", "input", "br", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in {"style", "script"}:
            self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())


def read(run, state=RunState.SUCCEEDED, **options):
    path = run.end(state, **options)
    with RunReader(path) as reader:
        written = write_report(reader, path.with_suffix(".html"))
    return written.read_text("utf-8")


@pytest.fixture
def run(tmp_path):
    run = InventedRun(
        tmp_path, file="/data/demo.treadle", versions={"numpy": "1.26"}, options={"order": "fifo"},
        pipeline='{"treadle": 1}',
    )  # fmt: skip
    run.simple("load", node="load")
    return run


def test_a_report_tells_of_all_that_a_person_asks_for(run):
    for number in range(3):
        run.simple(f"fit[{number}]", subject=f"sub-0{number}")
    run.make("fit[3]", subject="sub-03")
    run.start("fit[3]")
    run.log("fit[3]", "the last words")
    run.fail("fit[3]")
    page = Reading(read(run, RunState.FAILED, warnings=["a loop stopped"]))
    for told in ("demo", "failed", "fit (subject sub-03)", "boom", "ValueError", "the last words", "a loop stopped",
                 "fifo", "numpy", "1.26", "worker 1", "demo:fit", '{"treadle": 1}', "0.5 s", "1.5 GB"):  # fmt: skip
        assert told in page.text, told
    assert page.elements.count("svg") > 4


def test_nothing_that_a_name_holds_is_more_than_text(tmp_path):
    nodes = (
        NodeFacts("load", HOSTILE, HOSTILE, inputs={HOSTILE: {"value": HOSTILE}}),
        NodeFacts(HOSTILE, sources=("load",)),
    )
    run = InventedRun(
        tmp_path, name=HOSTILE, file=HOSTILE, scheme=HOSTILE, nodes=nodes, pipeline=HOSTILE,
        options={HOSTILE: HOSTILE}, versions={HOSTILE: HOSTILE},
    )  # fmt: skip
    run.make("load", "load", axis=HOSTILE)
    run.start("load", scheme=HOSTILE, worker=HOSTILE)
    run.log("load", HOSTILE)
    run.fail("load", Cause(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE))
    run.make(HOSTILE, HOSTILE)
    run.start(HOSTILE, scheme=HOSTILE, worker=HOSTILE)
    run.succeed(HOSTILE, previews={HOSTILE: {"type": HOSTILE, "text": HOSTILE}})
    text = read(run, RunState.FAILED, warnings=[HOSTILE])
    page = Reading(text)
    assert page.elements.count("script") == 1
    assert not {"img", "iframe", "a", "link", "object"} & set(page.elements)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "\0" not in text


def test_a_report_needs_nothing_from_outside_and_allows_nothing(run):
    text = read(run)
    page = Reading(text)
    assert not re.search(r"https?://|@import|url\(", text)
    assert not [value for _, name, value in page.attributes if name in {"src", "href", "style"}]
    (policy,) = [
        value for tag, name, value in page.attributes if tag == "meta" and name == "content" and "default" in value
    ]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert text.count(SCRIPT) == 1


def test_light_and_dark_are_there(run):
    text = read(run)
    assert "prefers-color-scheme: dark" in text
    assert "[data-theme=dark]" in text


def test_ten_thousand_tasks_are_summarised_and_the_failed_ones_told(tmp_path):
    run = InventedRun(tmp_path)
    for number in range(10_000):
        task = f"fit[{number}]"
        run.make(task, subject=f"sub-{number}")
        run.start(task, at=number / 100, worker=f"worker {number % 8}")
        long_text = {"out": {"type": "str", "text": "x" * 200}}
        run.fail(task) if number == 7777 else run.succeed(task, seconds=0.07, previews=long_text)
    text = read(run, RunState.FAILED)
    assert len(text) < 5_000_000
    page = Reading(text)
    assert "fit (subject sub-7777)" in page.text
    assert "1,500 of 10,000" in page.text
    assert "too many to tell apart" in page.text


@pytest.mark.slow
def test_ten_thousand_failures_with_long_tracebacks_stay_small(tmp_path):
    run = InventedRun(tmp_path)
    for number in range(10_000):
        run.make(f"fit[{number}]", subject=f"sub-{number}")
        run.start(f"fit[{number}]", worker=f"worker {number}")
        run.fail(f"fit[{number}]", Cause("exception", "boom " * 1000, type="E", traceback="frame\n" * 10_000))
    text = read(run, RunState.FAILED)
    assert len(text) < 5_000_000
    assert "9,960 more failures" in Reading(text).text


def test_a_run_without_nodes_tasks_or_times_is_reported_too(tmp_path):
    page = Reading(read(InventedRun(tmp_path, nodes=())))
    assert "There are no nodes" in page.text
    assert "It is not known when tasks ran" in page.text


def test_many_nodes_are_listed_and_not_drawn(tmp_path):
    nodes = tuple(NodeFacts(f"n{number}", sources=(f"n{number - 1}",) if number else ()) for number in range(2000))
    text = read(InventedRun(tmp_path, nodes=nodes))
    assert "2,000 nodes are too many for a drawing" in text
    assert len(text) < 5_000_000


@pytest.mark.parametrize(("count", "drawn"), [(70, True), (300, False)])
def test_a_dense_graph_is_drawn_while_it_can_be_read(tmp_path, count, drawn):
    nodes = tuple(
        NodeFacts(f"n{number}", sources=tuple(f"n{other}" for other in range(number))) for number in range(count)
    )
    text = read(InventedRun(tmp_path, nodes=nodes))
    assert ('class="wire"' in text) is drawn
    assert len(text) < 5_000_000


def test_a_loop_that_feeds_back_does_not_confuse_the_drawing(tmp_path):
    nodes = (NodeFacts("a", sources=("b", "a")), NodeFacts("b", sources=("a",)), NodeFacts("c", sources=("a", "b")))
    run = InventedRun(tmp_path, nodes=nodes)
    run.simple("a", node="a")
    assert Reading(read(run)).elements.count("path") >= 3


def test_a_live_run_can_be_reported(tmp_path):
    from journals import eventually

    with InventedRun(tmp_path) as run:
        run.make("fit")
        run.start("fit")
        with run.reader() as reader:
            eventually(lambda: reader.summary().counts)
            written = write_report(reader, tmp_path / "live.html")
    assert "running" in Reading(written.read_text()).text


def test_a_place_that_cannot_be_written_is_told(run, tmp_path):
    with RunReader(run.end()) as reader, pytest.raises(UsageError, match="the report cannot be written"):
        write_report(reader, tmp_path / "none" / "r.html")


@pytest.mark.parametrize("total", [1e-6, 0.003, 0.7, 9.0, 100.0, 1400.0, 90_000.0, 1e7, 1e9])
def test_times_along_the_axis_are_few_and_within_the_run(total):
    found = ticks(total)
    assert found[0] == 0.0
    assert 2 <= len(found) <= 18
    assert found[-1] <= total
    assert found == sorted(set(found))


def test_how_busy_a_lane_was_adds_up():
    task = TaskRecord("a", "a", {})
    levels = busy([Span(0.0, 1.0, task), Span(0.5, 1.0, task), Span(0.9999, 1.0, task)], 1.0)
    assert len(levels) == BINS
    assert sum(levels) / BINS == pytest.approx(1.5001)
    assert levels[0] == pytest.approx(1.0)
    assert levels[-1] == pytest.approx(2.04)


def test_the_shape_of_each_state_is_told_apart():
    from treadle.app.report.markup import SHAPES

    assert {state.value for state in TaskState} <= set(SHAPES)
    assert SHAPES["failed"] != SHAPES["succeeded"]


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [_LIGHT, _DARK], ids=["light", "dark"])
def test_text_can_be_read_on_its_ground(theme):
    colours = dict(re.findall(r"--(\w+):(#\w{6})", theme))
    for ground in ("surface", "raised"):
        for name in ("text", "soft", "accent", "running", "succeeded", "cached", "failed", "warned"):
            one, other = sorted([luminance(colours[ground]), luminance(colours[name])])
            assert (other + 0.05) / (one + 0.05) >= 4.5, (name, ground)


def test_what_a_task_made_is_shown_as_a_picture_and_nothing_else_as_one(run):
    good, foreign = "data:image/png;base64,iVBORw0KGgo=", "https://example.org/a.png"
    for name, url in {"good": good, "foreign": foreign, "broken": f'{good}" onerror="alert(1)', "number": 5}.items():
        run.make(name)
        run.succeed(name, previews={"out": {"type": "image", "picture": url}})
    page = Reading(read(run))
    assert [value for tag, name, value in page.attributes if (tag, name) == ("img", "src")] == [good]


def test_of_many_tasks_only_some_have_pictures_in_a_report(run):
    for number in range(MAX_PICTURES + 5):
        run.make(f"task{number}")
        run.succeed(f"task{number}", previews={"out": {"picture": "data:image/png;base64,AAAA"}})
    assert Reading(read(run)).elements.count("img") == MAX_PICTURES
