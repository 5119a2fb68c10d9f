"""F18: a file whose structure is broken or huge: the check names the place, quickly, without recursion."""

from __future__ import annotations

import json
import sys
import time

import pytest
from pipelines import MODULES, chain

from treadle.core.document import decode, encode, load
from treadle.core.errors import FileError
from treadle.core.pipeline import Connection, Group, Node, Pipeline
from treadle.core.planning.make_plan import make_plan
from treadle.core.validation.validate import validate

add = Node(module="demo:add", params={"a": 1.0})


def _from_file(pipeline: Pipeline) -> list[str]:
    return [str(problem) for problem in validate(decode(encode(pipeline)))]


def _pipeline(nodes: dict[str, Node], connections: dict[str, str]) -> Pipeline:
    wired = {target: Connection(source) for target, source in connections.items()}
    return Pipeline(nodes=nodes, connections=wired, modules=MODULES)


def test_a_cycle_is_named_with_its_path():
    free = Node(module="demo:add")
    found = _from_file(_pipeline({"a": free, "b": free, "c": free}, {"a.a": "c.out", "b.a": "a.out", "c.a": "b.out"}))
    assert len(found) == 1
    assert "a → b → c → a wait for each other" in found[0]


def test_a_cycle_of_10_000_nodes_is_named_in_one_line():
    pipeline = chain(10_000)
    pipeline.nodes["n0"] = Node(module="demo:add")
    pipeline.connections["n0.a"] = Connection("n9999.out")
    (found,) = validate(pipeline)
    assert "n0 → n1" in found.message
    assert len(str(found)) < 300


def test_a_self_loop_is_named():
    (found,) = _from_file(_pipeline({"a": add}, {"a.b": "a.out"}))
    assert found.startswith("error: connections.a.b: 'a' is connected to itself")


def test_duplicate_ids_are_refused_when_the_file_is_read():
    data = b'{"treadle": 1, "nodes": {"a": {"module": "m"}, "b": {}, "a": {}}}'
    with pytest.raises(FileError, match=r'the key "a" stands twice - at `\$.nodes`'):
        decode(data)


def test_dangling_ends_are_named():
    found = _from_file(_pipeline({"a": add, "b": add}, {"a.b": "gone.out", "gone.b": "a.out", "b.bb": "a.out"}))
    assert [line.split(": ")[1] for line in found] == [
        "connections.a.b",
        "connections.b.bb",
        "connections.gone.b",
    ]


def test_a_chain_of_10_000_nodes_is_checked_and_planned_without_recursion():
    pipeline = decode(encode(chain(10_000)))
    limit = sys.getrecursionlimit()
    assert validate(pipeline) == []
    plan = make_plan(pipeline)
    assert [node.id for node in plan.nodes] == [f"n{i}" for i in range(10_000)]
    assert sys.getrecursionlimit() == limit


def test_groups_nested_1_000_deep_are_checked_without_recursion():
    group = Group(nodes={"i": add}, inputs={"x": ("i.b",)}, outputs={"y": "i.out"})
    for _ in range(1_000):
        group = Group(nodes={"g": Node(group=group)}, inputs={"x": ("g.x",)}, outputs={"y": "g.y"})
    pipeline = _pipeline({"g": Node(group=group), "a": add, "z": add}, {"g.x": "a.out", "z.b": "g.y"})
    assert validate(pipeline) == []
    pipeline.connections["a.b"] = Connection("z.out")
    assert [problem.code for problem in validate(pipeline)] == ["cycle"]


def _fifty_thousand() -> bytes:
    size = 50_000
    nodes = {f"n{i}": {"module": "demo:add", "position": [i % 100, i // 100]} for i in range(size)}
    nodes["n0"]["params"] = {"a": 1.0, "b": 2.0}
    connections = {}
    for i in range(1, size):
        connections[f"n{i}.a"] = {"from": f"n{i - 1}.out"}
        connections[f"n{i}.b"] = {"from": f"n{i * 7919 % i if i < 8 else (i * 7919) % (i - 1)}.out"}
    module = {
        "path": "demo:add",
        "inputs": [{"name": "a", "type": "float"}, {"name": "b", "type": "float"}],
        "outputs": [{"name": "out", "type": "float"}],
    }
    tree = {"treadle": 1, "nodes": nodes, "connections": connections, "modules": {"demo:add": module}}
    return json.dumps(tree).encode()


def test_50_000_nodes_and_100_000_connections_are_read_and_checked(tmp_path, record_property):
    path = tmp_path / "large.treadle"
    path.write_bytes(_fifty_thousand())
    start = time.perf_counter()
    pipeline = load(path)
    problems = validate(pipeline)
    record_property("seconds", round(time.perf_counter() - start, 3))
    assert problems == []
    assert (len(pipeline.nodes), len(pipeline.connections)) == (50_000, 99_998)


def test_50_000_mistakes_are_all_named(tmp_path):
    path = tmp_path / "large.treadle"
    path.write_bytes(
        _fifty_thousand().replace(b'"path": "demo:add", "inputs"', b'"path": "demo:add", "mutates": ["q"], "inputs"')
    )
    pipeline = load(path)
    pipeline.modules["demo:other"] = pipeline.modules.pop("demo:add")
    found = validate(pipeline)
    assert len(found) == 50_001


def test_the_time_of_a_check_grows_with_the_pipeline_and_no_faster():
    """Count steps instead of seconds: calls of Python functions, by a profile function."""

    def steps(size: int) -> int:
        pipeline, count = chain(size), 0

        def counted(_frame: object, event: str, _arg: object) -> None:
            nonlocal count
            count += event in {"call", "c_call"}

        sys.setprofile(counted)
        try:
            validate(pipeline)
        finally:
            sys.setprofile(None)
        return count

    small, large = steps(500), steps(5_000)
    assert large < 11 * small
