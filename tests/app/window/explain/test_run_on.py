from __future__ import annotations

from msgspec.structs import replace

from treadle import Pipeline
from treadle.app.window.document import Document
from treadle.app.window.explain.run_on import preferred, run_on, targets, why_not
from treadle.core.edits import group_nodes, update_nodes
from treadle.core.modules import Module, Port
from treadle.core.pipeline import Node, Placement
from treadle.core.worker.declare import Schemes

OUT = (Port(name="out"),)
PLAIN = Module(path="a:plain", outputs=OUT)
SAFE = Module(path="a:safe", outputs=OUT, schemes=Schemes(threads=True))
ALONE = Module(path="a:alone", outputs=OUT, schemes=Schemes(threads=True, processes=False))


def document():
    modules = {"plain": PLAIN, "safe": SAFE, "alone": ALONE}
    nodes = {name: Node(module=name) for name in modules}
    made = Document(Pipeline("p", nodes={**nodes, "placed": Node(module="plain", placement=Placement(engines=(0,)))}))
    made.pipeline.modules.update(modules)
    return made


def grouped(*, unit):
    made = document()
    made.edit(group_nodes(made.pipeline, ["safe", "alone"], "both"), "group")
    if unit:
        group = made.pipeline.nodes["both"].group
        made.edit(update_nodes(made.pipeline, {"both": {"group": replace(group, unit=True)}}), "unit")
    return made


def test_one_node_says_why_it_cannot_run_on_a_scheme():
    found = targets(document().pipeline, (), ["plain"])
    assert why_not(found, "threads") == "not supported by this module"
    assert not why_not(found, "processes")
    assert not why_not(found, "auto")
    assert not why_not(found, "serial")


def test_many_nodes_can_only_run_on_what_all_of_them_support():
    pipeline = document().pipeline
    assert why_not(targets(pipeline, (), ["safe", "plain"]), "threads") == "plain: not supported by this module"
    both = targets(pipeline, (), ["plain", "placed", "safe"])
    assert why_not(both, "threads") == "plain and 1 more: not supported by this module"
    assert not why_not(targets(pipeline, (), ["safe", "alone"]), "threads")


def test_a_node_with_a_place_runs_on_engines_only():
    found = targets(document().pipeline, (), ["placed"])
    assert why_not(found, "processes") == "placement needs the ipython scheme"
    assert not why_not(found, "ipython")


def test_a_group_is_what_is_inside_it():
    made = grouped(unit=False)
    found = targets(made.pipeline, (), ["both"])
    assert sorted(target.node_id for target in found) == ["alone", "safe"]
    assert why_not(found, "processes") == "both/alone: not supported by this module"
    assert not why_not(found, "threads")


def test_a_group_that_runs_as_one_is_asked_as_one():
    made = grouped(unit=True)
    (found,) = targets(made.pipeline, (), ["both"])
    assert found.node_id == "both"
    assert why_not([found], "processes") == "not supported by this module"


def test_all_are_given_a_scheme_in_one_step_that_is_undone_at_once():
    made = grouped(unit=False)
    found = targets(made.pipeline, (), ["both", "plain"])
    made.edit(run_on(made.pipeline, found, "threads"), "Run on threads")
    now = targets(made.pipeline, (), ["both", "plain"])
    assert preferred(now) == "threads"
    assert run_on(made.pipeline, now, "threads") is None
    made.undo()
    assert preferred(targets(made.pipeline, (), ["both", "plain"])) == "auto"


def test_nodes_that_ask_for_different_schemes_have_none_in_common():
    made = document()
    made.edit(run_on(made.pipeline, targets(made.pipeline, (), ["safe"]), "threads"), "Run on threads")
    assert not preferred(targets(made.pipeline, (), ["safe", "plain"]))
    assert not preferred(targets(made.pipeline, (), ["gone"]))
