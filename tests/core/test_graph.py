"""Graph functions agree with networkx, and never recurse."""

from __future__ import annotations

import itertools

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from treadle.core.graph import find_cycle, heights, path_between, reachable, reversed_graph, topological_order


@st.composite
def graphs(draw, acyclic=False):
    size = draw(st.integers(0, 8))
    edges = draw(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14))
    found = {node: [] for node in range(size)}
    for a, b in edges:
        if a < size and b < size and (not acyclic or a < b):
            found[a].append(b)
    return found


def _networkx(graph):
    made = nx.MultiDiGraph()
    made.add_nodes_from(graph)
    made.add_edges_from((a, b) for a, followers in graph.items() for b in followers)
    return made


@given(graphs(acyclic=True))
def test_topological_order_puts_each_node_before_those_that_follow(graph):
    order = topological_order(graph)
    assert sorted(order) == sorted(graph)
    assert all(order.index(a) < order.index(b) for a, followers in graph.items() for b in followers)


@given(graphs())
def test_topological_order_leaves_out_what_is_on_or_behind_a_cycle(graph):
    on_cycle = {n for c in nx.simple_cycles(nx.DiGraph(_networkx(graph))) for n in c}
    assert set(topological_order(graph)) == set(graph) - reachable(graph, on_cycle)


@given(graphs())
def test_find_cycle_finds_one_exactly_where_there_is_one(graph):
    cycle = find_cycle(graph)
    assert bool(cycle) == (not nx.is_directed_acyclic_graph(_networkx(graph)))
    if cycle:
        assert cycle[0] == cycle[-1]
        assert len(set(cycle)) == len(cycle) - 1
        assert all(b in graph[a] for a, b in itertools.pairwise(cycle))


@given(graphs(), st.sets(st.integers(0, 7)))
def test_reachable_is_the_descendants_and_the_starts(graph, starts):
    starts &= set(graph)
    made = _networkx(graph)
    assert reachable(graph, starts) == starts.union(*(nx.descendants(made, n) for n in starts))


@given(graphs())
def test_reversing_twice_gives_the_same_edges(graph):
    twice = reversed_graph(reversed_graph(graph))
    assert {n: sorted(f) for n, f in twice.items()} == {n: sorted(f) for n, f in graph.items()}


@given(graphs(), st.integers(0, 7), st.integers(0, 7))
def test_path_between_is_a_shortest_path(graph, start, end):
    if start not in graph or end not in graph:
        return
    made, path = _networkx(graph), path_between(graph, start, end)
    assert bool(path) == nx.has_path(made, start, end)
    if path:
        assert (path[0], path[-1], len(path)) == (start, end, nx.shortest_path_length(made, start, end) + 1)
        assert all(b in graph[a] for a, b in itertools.pairwise(path))


@given(graphs(acyclic=True))
def test_height_is_the_longest_way_to_the_end(graph):
    made = _networkx(graph)
    for node, height in heights(graph).items():
        below = made.subgraph({node} | nx.descendants(made, node))
        assert height == nx.dag_longest_path_length(nx.DiGraph(below))


def test_a_ring_and_a_chain_of_100_000_nodes_need_no_recursion():
    size = 100_000
    chain = {n: [n + 1] for n in range(size - 1)} | {size - 1: []}
    assert len(topological_order(chain)) == len(path_between(chain, 0, size - 1)) == size
    assert heights(chain)[0] == size - 1
    assert len(find_cycle(chain | {size - 1: [0]})) == size + 1
