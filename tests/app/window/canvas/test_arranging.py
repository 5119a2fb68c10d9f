from __future__ import annotations

import random
import time

import pytest

from treadle.app.window.canvas.aligning import aligned, distributed
from treadle.app.window.canvas.arranging import arranged
from treadle.app.window.canvas.measures import COLUMN_GAP


def boxes(names):
    return dict.fromkeys(names, (180.0, 80.0))


def overlaps(places, sizes):
    names = sorted(places, key=places.get)
    for at, one in enumerate(names):
        for other in names[at + 1 :]:
            (x, y), (width, height) = places[one], sizes[one]
            if places[other][0] >= x + width:
                break
            if abs(places[other][1] - y) < min(height, sizes[other][1]):
                return one, other
    return None


def random_graph(count, seed, back=0):
    rng = random.Random(seed)
    edges = [(f"n{rng.randrange(max(0, i - 40), i)}", f"n{i}") for i in range(1, count) for _ in range(2)]
    edges += [(f"n{rng.randrange(count)}", f"n{rng.randrange(count)}") for _ in range(back)]
    return boxes(f"n{i}" for i in range(count)), edges


def test_connections_lead_to_the_right():
    sizes, edges = random_graph(200, 1)
    places = arranged(sizes, edges)
    assert all(places[target][0] >= places[source][0] + 180 + COLUMN_GAP for source, target in edges)


@pytest.mark.parametrize("seed", range(5))
def test_no_two_cards_overlap(seed):
    sizes, edges = random_graph(150, seed, back=10)
    assert overlaps(arranged(sizes, edges), sizes) is None


def test_the_same_graph_gives_the_same_places():
    sizes, edges = random_graph(100, 3)
    assert arranged(sizes, edges) == arranged(sizes, list(edges))


def test_a_circle_is_laid_out_all_the_same():
    places = arranged(boxes("abc"), [("a", "b"), ("b", "c"), ("c", "a")])
    assert places["a"][0] < places["b"][0] < places["c"][0]


def test_nodes_without_connections_stand_below_in_rows():
    places = arranged(boxes("abcdef"), [("a", "b")])
    assert {places[name][1] for name in "cdef"} > {places["c"][1]}
    assert all(places[name][1] > places["a"][1] + 80 for name in "cdef")


def test_a_crossing_that_can_be_avoided_is_avoided():
    places = arranged(boxes("abcd"), [("a", "d"), ("b", "c")])
    assert (places["a"][1] < places["b"][1]) == (places["d"][1] < places["c"][1])


def test_a_chain_is_a_straight_line():
    places = arranged(boxes("abcd"), [("a", "b"), ("b", "c"), ("c", "d")])
    assert len({y for _, y in places.values()}) == 1


def test_nothing_has_no_places():
    assert arranged({}, []) == {}


def test_ten_thousand_nodes_take_less_than_a_second():
    sizes, edges = random_graph(10_000, 7)
    began = time.process_time()
    arranged(sizes, edges)
    assert time.process_time() - began < 1.0


def test_aligned_boxes_share_an_edge_or_a_middle():
    given = {"a": (0.0, 0.0, 100.0, 40.0), "b": (50.0, 80.0, 200.0, 60.0)}
    assert aligned(given, "left") == {"a": (0.0, 0.0), "b": (0.0, 80.0)}
    assert aligned(given, "right") == {"a": (150.0, 0.0), "b": (50.0, 80.0)}
    assert aligned(given, "middle") == {"a": (0.0, 50.0), "b": (50.0, 40.0)}


def test_distributed_boxes_have_equal_gaps_and_the_outer_ones_stay():
    given = {"a": (0.0, 0.0, 10.0, 10.0), "b": (15.0, 0.0, 10.0, 10.0), "c": (90.0, 0.0, 10.0, 10.0)}
    assert distributed(given, "across") == {"a": (0.0, 0.0), "b": (45.0, 0.0), "c": (90.0, 0.0)}
