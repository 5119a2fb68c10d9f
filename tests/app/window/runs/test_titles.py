"""Nodes are called by the titles that their cards show."""

from __future__ import annotations

from msgspec.structs import replace

from treadle import Pipeline
from treadle.app.window.runs.titles import Titles
from treadle.core.edits import apply, group_nodes


def test_a_node_is_called_by_its_title_else_by_its_module_and_with_its_id_where_several_are():
    made = Pipeline("some")
    for name in ("first", "second", "other"):
        made.add("operator:add", id=name, a=1, b=2)
    made.add("operator:mul", id="product", a=1, b=2)
    made.nodes["other"] = replace(made.nodes["other"], title="Sum of all")
    title = Titles(made)
    assert [title(name) for name in ("first", "second")] == ["Add (first)", "Add (second)"]
    assert [title(name) for name in ("other", "product", "gone")] == ["Sum of all", "Mul", "gone"]


def test_a_node_in_a_group_is_called_with_its_group():
    made = Pipeline("some")
    made.add("operator:add", id="first", a=1, b=2)
    apply(made, group_nodes(made, ["first"], "both"))
    made.nodes["both"] = replace(made.nodes["both"], title="Preparation")
    assert Titles(made)("both/first") == "Preparation › Add"
