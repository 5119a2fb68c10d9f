"""The card of the IPython scheme on a bridge that plays clusters, or on one to a real runner."""

from __future__ import annotations

import os
from pathlib import Path

import cluster_journeys
import pytest
from cluster_talks import of_clusters
from fake_clusters import USUAL, ClusterBridge, cluster, engine
from toolboxes import Toolbox


@pytest.fixture
def toolbox(qapp, tmp_path):
    """Return a function that shows the card of the clusters it is given; by default two engines and one of others."""
    made = []

    def shown(*clusters, **facts):
        rows = clusters or (cluster(USUAL, engine(0), engine(1), engine(2, ours=False, host="node7")),)
        made.append(Toolbox(ClusterBridge(*rows, **facts), tmp_path))
        return made[-1]

    yield shown
    for one in made:
        one.end()


@pytest.fixture
def empty(toolbox):
    """Return a toolbox without any cluster."""
    one = toolbox()
    one.bridge.clusters.clear()
    one.clusters.refresh()
    return one


@pytest.fixture
def travel(qapp, qtbot, tmp_path):
    """Return a function that begins a journey; when all have ended nothing of a cluster is left."""
    made = []

    def begun():
        made.append(cluster_journeys.Journey(qtbot, tmp_path))
        return made[-1]

    yield begun
    for journey in made:
        journey.end()
    qtbot.waitUntil(lambda: not of_clusters(Path(os.environ["IPYTHONDIR"])), timeout=cluster_journeys.MS)
