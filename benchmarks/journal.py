"""Measures what the journal costs: microseconds for each event and task, bytes for each task in memory and on disk."""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from treadle.core.journal.facts import NodeFacts, RunFacts
from treadle.core.journal.writer import Journal
from treadle.core.run.records import Listener, RunEnded, TaskChanged, TaskLogged, TaskProgress, TaskRecord
from treadle.core.run.states import RunState, TaskState

REPEATS = 3
COUNT = 100_000
BATCH = 16
FACTS = RunFacts("bench", (NodeFacts("load"), NodeFacts("fit", sources=("load",))))


def records(count: int) -> list[TaskRecord]:
    return [TaskRecord(f"fit[{number}]", "fit", {"item": f"item-{number}"}) for number in range(count)]


def finish(record: TaskRecord, now: float) -> None:
    record.state = TaskState.SUCCEEDED
    record.seconds = record.cpu_seconds = 1e-5
    record.ended = now
    record.previews = {"out": {"type": "int", "text": "3"}}


def drive(hear: Listener, tasks: list[TaskRecord]) -> tuple[float, int]:
    """Tell of a run; return the seconds that this took the one who tells, and the number of events."""
    clock = time.perf_counter
    spent, began = 0.0, clock()
    for start in range(0, len(tasks), BATCH):
        part = tasks[start : start + BATCH]
        now = clock() - began
        for record in part:
            record.scheme, record.reason, record.worker = (
                "processes",
                "processes: a slot was free",
                f"worker {start % 4}",
            )
            record.attempts, record.dispatched, record.began = 1, now, now
        for state in (TaskState.WAITING, TaskState.DISPATCHED, TaskState.SUCCEEDED):
            events = []
            for record in part:
                record.state = state
                if state is TaskState.SUCCEEDED:
                    finish(record, now)
                events.append(TaskChanged(record))
            before = clock()
            for event in events:
                hear(event)
            spent += clock() - before
    return spent, 3 * len(tasks)


def once(count: int) -> tuple[float, float, float, float]:
    """Return µs an event, µs a task of all threads' processor time, bytes a task on disk, seconds to close.

    What it takes to make the events, and to time them, is not counted.
    """
    with tempfile.TemporaryDirectory() as folder:
        tasks = records(count)
        gc.collect()
        cpu = time.process_time()
        silent, _ = drive(lambda _event: None, tasks)
        without = time.process_time() - cpu
        tasks = records(count)
        gc.collect()
        journal = Journal(Path(folder), "bench", FACTS, sys.exit)
        cpu = time.process_time()
        spent, events = drive(journal.hear, tasks)
        before = time.perf_counter()
        journal.hear(RunEnded(RunState.SUCCEEDED))
        assert journal.close(60)
        closing = time.perf_counter() - before
        cpu = time.process_time() - cpu - without
        return (spent - silent) / events * 1e6, cpu / count * 1e6, journal.path.stat().st_size / count, closing


def memory(count: int) -> float:
    """Return the bytes that the journal keeps in memory for each task at the end of a run."""
    with tempfile.TemporaryDirectory() as folder:
        tasks = records(count)
        drive(lambda _event: None, tasks)
        gc.collect()
        tracemalloc.start()
        journal = Journal(Path(folder), "bench", FACTS, sys.exit)
        for start in range(0, count, 5000):
            drive(journal.hear, tasks[start : start + 5000])
        journal.hear(RunEnded(RunState.SUCCEEDED))
        assert journal.close(60)
        # What the records themselves hold is not the journal's.
        for record in tasks:
            for name, value in zip(record.__struct_fields__[3:], record.__struct_defaults__, strict=True):
                setattr(record, name, value)
        gc.collect()
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return size / count


def lines(count: int = 200_000) -> tuple[float, float]:
    """Return µs for each line and for each word of progress."""
    with tempfile.TemporaryDirectory() as folder:
        (record,) = records(1)
        journal = Journal(Path(folder), "bench", FACTS, sys.exit)
        journal.hear(TaskChanged(record))
        found = []
        for event in (TaskLogged(record.id, "a line as a module writes it"), TaskProgress(record.id, 0.5, "half")):
            began = time.perf_counter()
            for _ in range(count):
                journal.hear(event)
            found.append((time.perf_counter() - began) / count * 1e6)
        assert journal.close(60)
        return found[0], found[1]


def main() -> None:
    found = [once(COUNT) for _ in range(REPEATS)]
    event, task, disk, closing = (statistics.median(column) for column in zip(*found, strict=True))
    print(f"hear:      {event:.2f} µs an event of a task, the other thread at work meanwhile")
    print(f"in all:    {task:.1f} µs a task of processor time, both threads, without making the events")
    print(f"on disk:   {disk:.0f} bytes a task at {COUNT:,} tasks")
    print(f"at end:    {closing:.2f} s until all is written")
    print(f"in memory: {memory(COUNT):.0f} bytes a task")
    line, progress = lines()
    print(f"hear:      {line:.2f} µs a line, {progress:.2f} µs a word of progress")


if __name__ == "__main__":
    main()
