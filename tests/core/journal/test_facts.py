"""What is noted of a run before it begins."""

from __future__ import annotations

import platform
from pathlib import Path

from treadle import Pipeline, __version__, sweep
from treadle.core.document import decode, encode
from treadle.core.journal.facts import MAX_VALUE, facts_of, plain, versions
from treadle.core.planning.make_plan import make_plan


def add(x: int, y: int = 1, path: Path = Path()) -> int:
    return x + y


def total(values: list) -> int:
    return sum(values)


def noted(pipeline, **options):
    return facts_of(make_plan(pipeline), pipeline, "auto", options)


def test_nodes_say_what_they_call_what_they_ask_for_and_what_feeds_them():
    pipeline = Pipeline("demo")
    first = pipeline.add(add, id="first", x=sweep([1, 2]), path=Path("/data"))
    second = pipeline.add(total, id="second", values=first.out.joined())
    second.n_procs, second.mem_gb = 2, 1.5
    facts = noted(pipeline, order="fifo")
    one, other = facts.nodes
    assert one.inputs == {"x": {"sweep": [1, 2], "length": 2}, "path": {"value": "/data"}}
    assert (other.inputs["values"]["from"], other.sources) == ("first.out", ("first",))
    assert (other.n_procs, other.mem_gb) == (2, 1.5)
    assert (facts.name, facts.scheme, facts.options) == ("demo", "auto", {"order": "fifo"})
    assert {"first", "second"} <= set(decode(facts.pipeline.encode()).nodes)


def test_what_feeds_a_node_twice_is_named_once():
    pipeline = Pipeline("demo")
    first = pipeline.add(add, id="first", x=1)
    pipeline.add(add, id="other", x=2)
    pipeline.add(add, id="sum", x=first.out, y=first.out)
    last = noted(pipeline).nodes[-1]
    assert last.inputs == {"x": {"from": "first.out"}, "y": {"from": "first.out"}}
    assert last.sources == ("first",)


def test_the_text_of_a_pipeline_is_that_of_a_file_that_reads_the_same():
    pipeline = Pipeline("demo")
    pipeline.add("os.path:join", id="one", a=Path("/data"))
    pipeline.add("os.path:join", id="two", a=sweep(["x", "ß"]))
    pipeline.add(add, id="three", x=1)
    assert encode(decode(noted(pipeline).pipeline.encode())) == encode(pipeline)
    empty = decode(noted(Pipeline()).pipeline.encode())
    assert encode(empty) == encode(Pipeline())


def test_a_pipeline_with_a_live_function_is_noted_without_its_text():
    pipeline = Pipeline("demo")
    pipeline.add(lambda: 1, id="live")
    facts = noted(pipeline)
    assert facts.pipeline == ""
    assert facts.nodes[0].id == "live"


def test_values_that_are_long_or_no_json_are_noted_as_previews():
    assert plain([1, "a", None]) == [1, "a", None]
    assert plain("x" * MAX_VALUE)["preview"]["type"] == "str"
    assert plain(object())["preview"]["type"] == "object"
    assert plain(float("nan")) == "nan"
    assert plain([float("inf")])["preview"]["type"] == "list"


def test_versions_are_those_of_python_treadle_and_what_the_modules_use():
    found = versions(["sklearn.cluster:KMeans", "os:system", "nowhere:f", "treadle.core.library.values:x"])
    assert (found["python"], found["treadle"]) == (platform.python_version(), __version__)
    assert "numpy" in found
    assert not {"os", "nowhere", "sklearn"} & set(found)
