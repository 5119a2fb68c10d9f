"""The card of the IPython scheme on a bridge that plays clusters."""

from __future__ import annotations

import pytest
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
