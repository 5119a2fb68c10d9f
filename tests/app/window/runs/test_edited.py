from __future__ import annotations

import pytest
from msgspec.structs import replace

from treadle import Pipeline
from treadle.app.window.runs.edited import edited_nodes
from treadle.core.edits import apply, clear_parameter, disconnect, group_nodes, set_parameter, update_nodes


@pytest.fixture
def chain():
    pipeline = Pipeline("chain")
    first = pipeline.add("operator:add", id="first", a=1, b=2)
    second = pipeline.add("operator:mul", id="second", a=first.out, b=10)
    pipeline.add("operator:neg", id="third", a=second.out)
    pipeline.add("operator:neg", id="other", a=first.out)
    return pipeline


def test_what_was_not_edited_is_what_was_run(chain):
    assert not edited_nodes(chain.copy(), chain)


def test_an_edited_node_and_all_that_reads_from_it_are_not(chain):
    ran = chain.copy()
    apply(chain, set_parameter(chain, "second", "b", 11))
    assert edited_nodes(ran, chain) == {"second", "third"}


def test_an_edit_that_is_undone_counts_no_more(chain):
    ran = chain.copy()
    apply(chain, apply(chain, set_parameter(chain, "second", "b", 11)))
    assert not edited_nodes(ran, chain)


def test_moves_names_and_schemes_change_no_result(chain):
    ran = chain.copy()
    apply(chain, update_nodes(chain, {"second": {"position": (5.0, 5.0), "title": "Times", "scheme": "threads"}}))
    assert not edited_nodes(ran, chain)


def test_a_connection_that_is_cut_changes_what_read_from_it(chain):
    ran = chain.copy()
    apply(chain, disconnect(["third.a"]))
    assert edited_nodes(ran, chain) == {"third"}


def test_a_parameter_that_has_its_default_again_is_an_edit(chain):
    ran = chain.copy()
    apply(chain, clear_parameter(chain, "first", "a"))
    assert "first" in edited_nodes(ran, chain)


def test_in_a_group_only_what_follows_the_edit_is_another(chain):
    apply(chain, group_nodes(chain, ["second", "third", "other"], "inner"))
    ran = chain.copy()
    node = chain.nodes["inner"].group.nodes["third"]
    chain.nodes["inner"].group.nodes["third"] = replace(node, params={"a": 3})
    assert edited_nodes(ran, chain) == {"inner/third"}


def test_what_a_group_reads_reaches_what_is_in_it(chain):
    apply(chain, group_nodes(chain, ["second", "third"], "inner"))
    ran = chain.copy()
    apply(chain, set_parameter(chain, "first", "a", 7))
    assert edited_nodes(ran, chain) == {"first", "other", "inner/second", "inner/third"}
