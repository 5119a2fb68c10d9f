from treadle.core.modules import Module
from treadle.core.pipeline import Node, Placement
from treadle.core.planning.plan import Function, PlanNode
from treadle.core.run.selection import Standing, choose

ALL = ("ipython", "processes", "threads", "serial")
FREE = {name: Standing(2, 2) for name in ALL}


def node(placement: Placement | None) -> PlanNode:
    settings = Node(module="a:f", placement=placement)
    return PlanNode(
        number=0,
        id="f",
        module=Module(path="a:f"),
        function=Function(path="a:f"),
        settings=settings,
        axes=(),
        inputs=(),
    )


def test_a_node_with_a_place_runs_on_engines_and_the_others_say_why_not() -> None:
    choice = choose(node(Placement(engines=(0,))), ALL, FREE)
    assert choice.scheme == "ipython"
    assert choice.refused["processes"] == "placement needs the ipython scheme"


def test_a_node_with_a_place_is_refused_without_engines() -> None:
    choice = choose(node(Placement(hosts=("node1",))), ALL[1:], FREE)
    assert not choice.scheme
    assert "placement needs the ipython scheme" in choice.reason


def test_a_node_without_a_place_runs_anywhere() -> None:
    assert choose(node(None), ALL[1:], FREE).scheme == "processes"


def test_a_scheme_whose_workers_are_only_being_started_is_told_from_one_that_is_busy() -> None:
    starting = choose(node(None), ALL[1:], {"serial": Standing(1, 1)})
    busy = choose(node(None), ALL[1:], {**FREE, "processes": Standing(0, 2)})
    assert starting.reason.endswith("; processes has not started yet")
    assert busy.reason.endswith("; processes has no free worker")
