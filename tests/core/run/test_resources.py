from treadle.core.modules import Module
from treadle.core.pipeline import Node
from treadle.core.planning.plan import Function, PlanNode
from treadle.core.run.queueing import Kind
from treadle.core.run.resources import LIGHT_GB, Ledger


def kind(ledger: Ledger, n_procs: int = 1, mem_gb: float = LIGHT_GB) -> Kind:
    settings = Node(module="a:f", n_procs=n_procs, mem_gb=mem_gb)
    node = PlanNode(
        number=0,
        id="f",
        module=Module(path="a:f"),
        function=Function(path="a:f"),
        settings=settings,
        axes=(),
        inputs=(),
    )
    return Kind(node, ("processes",), ledger, None, {})


def test_light_tasks_that_wait_at_a_scheme_take_nothing() -> None:
    ledger = Ledger(2, 16.0)
    ledger.set_workers("processes", 2)
    light = kind(ledger)
    for _ in range(50):
        assert ledger.take(light, "processes")
    assert (ledger.used_procs, ledger.used_gb) == (2, 2 * LIGHT_GB)
    for _ in range(50):
        ledger.give_back(light, "processes")
    assert (ledger.used_procs, ledger.used_gb) == (0, 0)


def test_a_second_scheme_gets_no_light_task_while_all_cores_are_taken() -> None:
    ledger = Ledger(2, 16.0)
    ledger.set_workers("processes", 2)
    ledger.set_workers("threads", 2)
    light = kind(ledger)
    assert ledger.take(light, "processes")
    assert ledger.take(light, "processes")
    assert ledger.take(light, "processes")
    assert not ledger.take(light, "threads")


def test_a_heavy_task_waits_for_what_light_ones_use_and_the_other_way_round() -> None:
    ledger = Ledger(2, 16.0)
    ledger.set_workers("processes", 2)
    light, wide = kind(ledger), kind(ledger, n_procs=2)
    assert ledger.take(light, "processes")
    assert not ledger.take(wide, "processes")
    ledger.give_back(light, "processes")
    assert ledger.take(wide, "processes")
    assert not ledger.take(light, "processes")


def test_a_scheme_that_gets_more_workers_is_charged_for_what_now_runs() -> None:
    ledger = Ledger(4, 16.0)
    ledger.set_workers("processes", 1)
    light = kind(ledger)
    for _ in range(3):
        assert ledger.take(light, "processes")
    assert ledger.used_procs == 1
    ledger.set_workers("processes", 2)
    assert ledger.used_procs == 2
    ledger.set_workers("processes", 0)
    assert ledger.used_procs == 3


def test_on_a_small_host_every_gigabyte_counts() -> None:
    ledger = Ledger(8, 0.3)
    small = kind(ledger, mem_gb=0.1)
    assert not small.light
    for _ in range(3):
        assert ledger.take(small, "processes")
    assert not ledger.take(small, "processes")


def test_tasks_on_other_hosts_take_nothing_here_whatever_they_ask_for() -> None:
    ledger = Ledger(2, 16.0)
    ledger.set_workers("ipython", 40, elsewhere=True)
    heavy = kind(ledger, n_procs=2, mem_gb=8.0)
    for _ in range(40):
        assert ledger.take(heavy, "ipython")
    assert (ledger.used_procs, ledger.used_gb) == (0, 0)
    assert ledger.take(heavy, "processes")
    ledger.give_back(heavy, "processes")
    # Its engines go, and others come on this machine: what is out is given back as it was taken.
    ledger.set_workers("ipython", 0)
    ledger.set_workers("ipython", 2)
    for _ in range(40):
        ledger.give_back(heavy, "ipython")
    assert (ledger.used_procs, ledger.used_gb) == (0, 0)
