"""Runs, clusters and engines as a runner would tell of them."""

from __future__ import annotations

from treadle.core import protocol as p

HOST = "here"
MINE = p.ClusterName("mine")
LAB = p.ClusterName("lab")


def engine(number, pid, *, host=HOST, ours=True, state="idle"):
    return p.EngineRow(number=number, uuid=f"engine-{number}", ours=ours, state=state, host=host, pid=pid)


def cluster(name, *engines, ours=True, process=100):
    return p.ClusterRow(
        name=name, answers=True, ours=ours, held=True, process=process if ours else None, engines=engines
    )


def run(name, *clusters, seconds=5.0, done=3, total=8, title=""):
    return p.AliveRun(run=name, name=title or name, done=done, total=total, seconds=seconds, clusters=clusters)


def alive(*, runs=(), clusters=()):
    return p.Alive(runs=tuple(runs), clusters=tuple(clusters))
