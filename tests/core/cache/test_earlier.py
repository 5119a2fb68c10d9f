"""What a run asks of the cache: values that were found, and new ones that come one by one."""

from __future__ import annotations

import contextlib
import queue
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from caching import SECONDS, SIGNER

from treadle import Pipeline
from treadle.core.cache.claims import Claims
from treadle.core.cache.earlier import CachedResults
from treadle.core.cache.fingerprints import Fingerprints
from treadle.core.cache.keys import NodeKeys
from treadle.core.planning.make_plan import make_plan
from treadle.core.run.arguments import CallMaker
from treadle.core.run.earlier import GoneError
from treadle.core.run.scheduler import Policy, Scheduler
from treadle.core.scheme import Ended, Exported, Place
from treadle.core.worker.digest import FileDigests
from treadle.core.worker.execute import Result
from treadle.core.worker.handing import hand_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGE = np.arange(100_000)


def spoil(folder: Path) -> None:
    """Write over the middle of all files."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("r+b") as file:
                file.seek(1000)
                file.write(b"damage")


def many(count: int = 3) -> list[int]:
    return list(range(count))


def double(x: int) -> int:
    return 2 * x


@pytest.fixture
def begun(caches, tmp_path) -> Iterator[Callable[[], tuple]]:
    """Return a function that begins a run: its cache, what it asks of it, and the task of ``many`` with its call."""
    p = Pipeline("p")
    p.add(double, x=p.add(many).out.each())
    plan = make_plan(p)

    opened: list[CachedResults] = []

    def begin():
        cache = caches.open()
        keys = NodeKeys(plan, Fingerprints(), SIGNER, FileDigests(None), tmp_path)
        scheduler = Scheduler(plan, Policy())
        scheduler.layout.begin()
        task = scheduler.layout.task(plan.node("many").number, ())
        opened.append(CachedResults(cache, keys, plan, "p"))
        return cache, opened[-1], task, CallMaker(scheduler.layout, tmp_path).call(task)

    yield begin
    for one in opened:
        assert one.close(SECONDS)


def found(earlier: CachedResults, *wanted) -> dict[str, Result]:
    """Return what is found for tasks, once all are answered."""
    answers: queue.Queue = queue.Queue()
    earlier.open(answers.put)
    earlier.find(wanted)
    answer = answers.get(timeout=SECONDS)
    assert len(answer.found) + len(answer.missed) == len(wanted)
    return dict(answer.found)


def handed(earlier: CachedResults, value) -> Exported:
    """Return how other processes can have a value."""
    answers: queue.Queue = queue.Queue()
    earlier.open(answers.put)
    earlier.export([value])
    return answers.get(timeout=SECONDS)


def ended(count: int, **facts) -> Ended:
    result = Result({}, {"out": tuple(map(str, range(count)))}, {}, {}, {})
    return Ended("many", 1, result, Place("here"), **{"seconds": 1.0, **facts})


def open_values(folder: Path) -> int:
    """Return how many values of a run are held open; the writer's thread opens files of its own at any time."""
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            links.append(str(descriptor.readlink()))
    return sum(link.startswith(f"{folder}/") for link in links)


def test_a_result_is_kept_when_all_its_values_have_come_though_they_are_gone_then(begun, caches):
    cache, earlier, task, call = begun()
    assert found(earlier, (task, call)) == {}
    wanted = list(earlier.wants(task, ended(3)))
    assert wanted == [("many", "out", place) for place in range(3)]
    for value in wanted:
        assert earlier.waiting
        handed = hand_out(LARGE + value[2], caches.run, caches.run)
        earlier.keep(value, handed)
        Path(handed[0]).unlink()
    assert not earlier.waiting
    assert earlier.close(SECONDS)
    assert open_values(caches.run) == 0
    assert cache.close(SECONDS)
    _, earlier, task, call = begun()
    assert found(earlier, (task, call))["many"].items == {"out": ("0", "1", "2")}
    assert np.array_equal(earlier.load(("many", "out", 2)), LARGE + 2)


def test_a_result_of_which_a_value_never_comes_is_not_kept_and_nothing_stays_open(begun, caches):
    cache, earlier, task, call = begun()
    found(earlier, (task, call))
    first = next(iter(earlier.wants(task, ended(3))))
    earlier.keep(first, hand_out(LARGE, caches.run, caches.run))
    assert open_values(caches.run) == 1
    earlier.close()
    assert open_values(caches.run) == 0
    assert not earlier.waiting
    assert cache.close(SECONDS)
    _, earlier, task, call = begun()
    assert found(earlier, (task, call)) == {}


def test_more_large_values_than_may_be_held_open_are_not_kept(begun, caches, monkeypatch):
    _, earlier, task, call = begun()
    monkeypatch.setattr(earlier._arriving, "most_held", 2)
    found(earlier, (task, call))
    for value in earlier.wants(task, ended(3)):
        earlier.keep(value, hand_out(LARGE, caches.run, caches.run))
    assert not earlier.waiting
    assert open_values(caches.run) == 0


def test_what_is_quicker_made_than_stored_is_not_even_asked_for(begun):
    _, earlier, task, call = begun()
    found(earlier, (task, call))
    assert not list(earlier.wants(task, ended(3, seconds=0.001, bytes_out=10**9)))


def test_what_reads_a_value_of_which_nothing_is_known_has_no_key_though_the_run_may_be_resumed(caches, tmp_path):
    p = Pipeline("p")
    source = p.add(many)
    reader = p.add(double, x=source.out)
    source.cache = reader.cache = False
    plan = make_plan(p)
    keys = NodeKeys(plan, Fingerprints(), SIGNER, FileDigests(None), tmp_path)
    scheduler = Scheduler(plan, Policy())
    scheduler.layout.begin()
    tasks = [scheduler.layout.task(plan.node(name).number, ()) for name in ("many", "double")]
    earlier = CachedResults(caches.open(), keys, plan, "p", "run-1")
    made, result = CallMaker(scheduler.layout, tmp_path), Result({}, {}, {}, {}, {})
    assert earlier.digested == {plan.node("many").number}
    assert found(earlier, *((task, made.call(task)) for task in tasks)) == {}
    wanted = [list(earlier.wants(task, Ended(task.id, 1, result, Place("here"), seconds=1.0))) for task in tasks]
    assert wanted == [[("many", "out", -1)], []]
    earlier.close()


def test_nobody_waits_for_a_run_while_it_is_paused(begun):
    cache, earlier, task, call = begun()
    other = Claims(cache.folder)
    assert found(earlier, (task, call)) == {}
    key = earlier._look_ups.key_of[task.id]
    assert other.claim([key]) == {key}
    earlier.rest(resting=True)
    assert earlier._clerk.flush(SECONDS)
    assert other.claim([key]) == set()
    other.close()


def test_a_value_that_is_damaged_is_gone(begun, caches):
    _, earlier, task, call = begun()
    found(earlier, (task, call))
    for value in earlier.wants(task, ended(3)):
        earlier.keep(value, hand_out(LARGE, caches.run, caches.run))
    assert earlier.close(SECONDS)
    caches.close()
    spoil(caches.folder / "values")
    _, earlier, task, call = begun()
    assert found(earlier, (task, call))
    for value in (("many", "out", 0), ("double[0]", "out", -1)):
        cause = handed(earlier, value).handed
        assert cause.kind == "lost contact"
        with pytest.raises(GoneError):
            earlier.load(value)
