from collections import deque

from treadle.core.worker.call import Call, Form, Target, Where
from treadle.schemes.ipython.choosing import aim, beside, fits, may_run, same_host, slot_of
from treadle.schemes.ipython.engines import UNKNOWN_FACTS, Batch, Engine, batched
from treadle.schemes.ipython.jobs import Job
from treadle.schemes.ipython.pace import BATCH, MOST, SHORT, UNKNOWN, Pace
from treadle.schemes.ipython.values import Large, Values

MB = 1_000_000


def engine(number: int, host: str = "a", *, memory: int = 0, shared: bool = True) -> Engine:
    made = Engine(number, f"uuid{number}")
    made.facts = UNKNOWN_FACTS._replace(host=host, memory=memory, shared=shared)
    made.ready = True
    return made


def job(*refs, expected: float = UNKNOWN, n_procs: int = 1, mem_gb: float = 0.25, where: Where | None = None) -> Job:
    call = Call("task", Form(Target(path="a:f"), n_procs=n_procs, mem_gb=mem_gb, where=where), {})
    made = Job(call, 0, b"", refs, "task", 1, where, n_procs, mem_gb)
    made.expected = expected
    return made


def give(where: Engine, *jobs: Job, since: float = 0.0) -> None:
    batch = Batch(dict(enumerate(jobs, 1)), sum(one.expected for one in jobs), since)
    where.batches.append(batch)


def values(**sizes: tuple[int, Engine]) -> Values:
    """Return values of these names, each kept on an engine."""
    made = Values()
    for name, (size, home) in sizes.items():
        made.keep(name, {("out", -1): (1, size)}, home.uuid)
    return made


def ref(name: str):
    return name, "out", -1


class TestWhereItsDataAre:
    def test_a_job_goes_to_the_engine_that_has_most_of_what_it_reads(self) -> None:
        one, two = engine(1), engine(2)
        held = values(small=(1 * MB, one), large=(50 * MB, two))
        found = aim(job(ref("small"), ref("large")), [one, two], held, 0.0)
        assert found.engine is two
        assert found.missing == (ref("small"),)

    def test_it_waits_for_that_engine_if_moving_would_take_longer(self) -> None:
        one, two = engine(1), engine(2)
        give(two, job(expected=0.05), since=0.0)
        found = aim(job(ref("large")), [one, two], values(large=(500 * MB, two)), 0.0)
        assert found.engine is None

    def test_it_goes_elsewhere_if_waiting_would_take_longer(self) -> None:
        one, two = engine(1), engine(2)
        give(two, job(expected=60.0), since=0.0)
        found = aim(job(ref("large")), [one, two], values(large=(500 * MB, two)), 0.0)
        assert found.engine is one
        assert found.missing == (ref("large"),)

    def test_where_nothing_is_known_it_waits_as_long_as_moving_would_take(self) -> None:
        one, two = engine(1), engine(2)
        give(two, job())
        waiting = job(ref("large"))
        held = values(large=(500 * MB, two))
        assert aim(waiting, [one, two], held, 0.5).engine is None
        assert aim(waiting, [one, two], held, 1.5).engine is one

    def test_a_file_is_there_for_engines_that_share_it_and_must_be_brought_to_others(self) -> None:
        near, far = engine(1), engine(2, "b", shared=False)
        held = values(large=(MB, near))
        where = held.where(ref("large"))
        assert isinstance(where, Large)
        where.path = "/tmp/value"
        assert slot_of(ref("large"), near, held) == 1
        assert slot_of(ref("large"), engine(3), held) == ("/tmp/value", MB)
        assert slot_of(ref("large"), far, held) is None


class TestRoom:
    def test_behind_a_job_of_unknown_length_nothing_waits(self) -> None:
        one = engine(1)
        assert one.room(job(), 0.0) == BATCH
        give(one, job())
        assert one.room(job(expected=1e-4), 0.0) == 0

    def test_one_batch_of_short_jobs_waits_behind_another_and_no_more(self) -> None:
        one, short = engine(1), job(expected=1e-4)
        give(one, short)
        assert one.room(short, 0.0) == BATCH
        assert one.room(job(expected=1.0), 0.0) == 0
        give(one, short)
        assert one.room(short, 0.0) == 0

    def test_nothing_goes_behind_what_takes_longer_than_was_expected(self) -> None:
        one, short = engine(1), job(expected=1e-4)
        give(one, short, since=0.0)
        assert one.room(short, 1.0) == 0
        assert one.overdue(1.0)

    def test_short_jobs_travel_together_and_long_ones_alone(self) -> None:
        short = deque(job(expected=1e-3) for _ in range(100))
        assert len(batched(short, BATCH, 1000, lambda _job: True)) == 1 + int((BATCH - 1e-3) / 1e-3)
        many = deque(job(expected=1e-6) for _ in range(1000))
        assert len(batched(many, BATCH, 1000, lambda _job: True)) == MOST
        long = deque(job(expected=1.0) for _ in range(3))
        assert len(batched(long, BATCH, 1000, lambda _job: True)) == 1
        assert len(batched(deque([job(), job()]), BATCH, 1000, lambda _job: True)) == 1

    def test_no_engine_gets_more_than_its_share(self) -> None:
        assert len(batched(deque(job(expected=1e-6) for _ in range(10)), BATCH, 5, lambda _job: True)) == 5


class TestHosts:
    def test_a_job_of_two_cores_takes_two_idle_engines_of_one_host(self) -> None:
        one, two, other = engine(1), engine(2), engine(3, "b")
        double = job(n_procs=2)
        assert fits(double, one, [one, two, other], 0.0)
        assert beside(double, one, [one, two, other]) == [two]
        give(two, job())
        assert not fits(double, one, [one, two, other], 0.0)
        # Where a host has but one engine, that one is all there is to take.
        assert fits(double, other, [one, two, other], 0.0)

    def test_the_memory_of_a_host_is_not_given_out_twice(self) -> None:
        one, two = engine(1, memory=10**10), engine(2, memory=10**10)
        assert fits(job(mem_gb=6), one, [one, two], 0.0)
        give(one, job(mem_gb=6))
        assert not fits(job(mem_gb=6), two, [one, two], 0.0)
        assert fits(job(mem_gb=2), two, [one, two], 0.0)
        assert fits(job(), two, [one, two], 0.0)

    def test_names_of_hosts_may_lack_the_domain(self) -> None:
        assert same_host("node1", "node1.cluster.org")
        assert same_host("Node1.cluster.org", "node1")
        assert not same_host("node1", "node10")

    def test_a_place_allows_the_engines_it_names(self) -> None:
        one, two = engine(1, "a"), engine(2, "b")
        assert [may_run(job(where=Where(engines=(2,))), each, "") for each in (one, two)] == [False, True]
        assert [may_run(job(where=Where(hosts=("a",))), each, "") for each in (one, two)] == [True, False]
        assert [may_run(job(where=Where(host_from="x")), each, "b") for each in (one, two)] == [False, True]
        assert may_run(job(), one, "")


class TestPace:
    def test_the_depth_grows_with_short_calls_and_falls_with_long_ones(self) -> None:
        pace = Pace()
        assert pace.depth == 1
        for _ in range(50):
            pace.learn(0, 1e-5)
        assert pace.depth == 2 * MOST
        for _ in range(50):
            pace.learn(0, 2 * SHORT)
        assert pace.depth == 1

    def test_what_is_not_known_is_expected_to_take_for_ever(self) -> None:
        pace = Pace()
        assert pace.expected(3) == UNKNOWN
        pace.learn(3, 0.5)
        assert abs(pace.expected(3) - 0.5) < 0.01


def test_what_an_engine_alone_had_is_lost_with_it_and_what_is_in_a_file_is_not() -> None:
    home, other = engine(1), engine(2)
    held = values(gone=(MB, home), copied=(MB, home), filed=(MB, home))
    held.where(ref("copied")).at[other.uuid] = 7
    held.where(ref("filed")).path = "/tmp/value"
    assert held.lose(home.uuid) == {"gone": [ref("gone")]}
    assert not held.has(ref("gone"))
    assert slot_of(ref("copied"), other, held) == 7
