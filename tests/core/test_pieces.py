"""Large pipelines become plain data, and come back, in pieces that give what all at once would give."""

from __future__ import annotations

import msgspec
import pytest

from treadle.core.document import decode, encode
from treadle.core.errors import FileError, UsageError
from treadle.core.modules import Module, Port
from treadle.core.pieces import AT_ONCE, pipeline_of, plain_data
from treadle.core.pipeline import Comment, Connection, Group, Node, Pipeline

COUNT = 2 * AT_ONCE + 7


def large(count=COUNT, **last) -> Pipeline:
    made = Pipeline("large", description="of many", modules={"m": Module(path="a:b", outputs=(Port(name="out"),))})
    made.nodes.update({f"n{number}": Node(module="m", params={"x": number}) for number in range(count)})
    made.nodes["g"] = Node(group=Group(nodes={"inner": Node(module="m")}))
    made.nodes["last"] = Node(module="m", params=last)
    made.connections.update({f"n{number}.x": Connection(f"n{number - 1}.out") for number in range(1, count)})
    made.comments["c"] = Comment(text="hello")
    return made


@pytest.mark.parametrize("pipeline", [Pipeline("empty"), large(3), large()])
def test_pieces_give_what_all_at_once_gives(pipeline) -> None:
    whole = msgspec.to_builtins(pipeline, str_keys=True)
    assert plain_data(pipeline) == whole
    assert list(plain_data(pipeline)) == list(whole)
    assert pipeline_of(whole) == pipeline
    assert decode(encode(pipeline)) == pipeline


def test_what_cannot_be_written_or_read_is_named_wherever_it_stands() -> None:
    with pytest.raises(UsageError, match="last"):
        encode(large(x={1, 2}))
    text = encode(large(x=5)).replace(b'"x": 5}', b'"x": 5}, "colour": "red"', 1)
    with pytest.raises(FileError, match="colour"):
        decode(text)


@pytest.mark.parametrize("nodes", [[], 3, None, "n"])
def test_nodes_that_are_no_object_are_refused(nodes) -> None:
    with pytest.raises(msgspec.ValidationError, match="nodes"):
        pipeline_of({"nodes": nodes})
