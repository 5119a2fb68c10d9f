import pytest
from msgspec.structs import replace

from treadle.core.modules import Module
from treadle.core.pipeline import Node, Placement
from treadle.core.planning.plan import Function, PlanNode
from treadle.core.run.selection import Standing, choose
from treadle.core.worker.declare import Schemes

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


@pytest.mark.parametrize(
    ("estimate", "free", "chosen"),
    [
        ({"processes": 1.009, "threads": 1.0}, {"processes": 1, "threads": 1}, "processes"),
        ({"processes": 1.011, "threads": 1.0}, {"processes": 1, "threads": 1}, "threads"),
        ({"processes": 100.02, "threads": 100.0}, {"processes": 1, "threads": 1}, "threads"),
        ({"processes": 60e-6, "threads": 30e-6}, {"processes": 1, "threads": 1}, "threads"),
        ({"processes": 1.001, "threads": 1.0}, {"processes": 0, "threads": 1}, "threads"),
        ({"processes": 1.001, "threads": 1.0}, {"processes": 1, "threads": 0}, "processes"),
        ({"processes": 2.0, "threads": 1.0}, {"processes": 1, "threads": 0}, ""),
    ],
)
def test_of_free_schemes_that_finish_together_the_first_in_order_is_taken(
    estimate: dict[str, float], free: dict[str, int], chosen: str
) -> None:
    both = replace(node(None), module=Module(path="a:f", schemes=Schemes(threads=True)))
    standing = {name: Standing(count) for name, count in free.items()}
    assert choose(both, ("processes", "threads"), standing, estimate=estimate).scheme == chosen
