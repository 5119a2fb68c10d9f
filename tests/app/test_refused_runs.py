"""What a run refuses before anything is executed, and what it says then."""

from __future__ import annotations

import pytest
from one_node import one_node

from treadle import Pipeline, run
from treadle.app.options import Options, resources_of
from treadle.core.errors import PipelineError, RefusedError, UsageError
from treadle.core.places import runs_folder


def test_an_unknown_node_to_run_to_is_named_with_a_suggestion():
    with pytest.raises(UsageError, match="Did you mean 'double'"):
        run(one_node()[0], until=["duoble"])


def test_an_unknown_scheme_is_refused_with_a_suggestion():
    with pytest.raises(UsageError, match=r"no scheme 'seriell'.*Did you mean 'serial'"):
        run(one_node()[0], scheme="seriell")


def test_a_node_that_asks_for_more_cores_than_there_are_is_refused():
    pipeline, node = one_node()
    node.n_procs = 3
    with pytest.raises(RefusedError, match="double: it asks for 3 cores, and there are 2"):
        run(pipeline, n_procs=2)


def test_a_node_that_asks_for_more_memory_than_there_is_is_refused():
    pipeline, node = one_node()
    node.mem_gb = 4.0
    with pytest.raises(RefusedError, match="4 GB"):
        run(pipeline, memory_gb=1.5)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"n_procs": 0}, "n_procs must be a whole number from 1 on, not 0"),
        ({"n_procs": 1.5}, "whole number from 1 on, not 1.5"),
        ({"n_procs": True}, "whole number from 1 on, not True"),
        ({"memory_gb": 0}, "memory_gb must be a number of GB above 0, not 0"),
        ({"memory_gb": -1}, "above 0, not -1"),
        ({"memory_gb": float("nan")}, "above 0, not nan"),
        ({"memory_gb": "4"}, "above 0, not '4'"),
        ({"on_error": "contine"}, "on_error cannot be 'contine'. Did you mean 'continue'?"),
        ({"order": "topologcal"}, "order cannot be 'topologcal'. Did you mean 'topological'?"),
        ({"retries": -1}, "retries must be a whole number from 0 on, not -1"),
        ({"cache": ""}, "cache must be True, False or the name of a folder"),
        ({"cache": 3}, "the name of a folder, not 3"),
        ({"resume": "yes"}, "resume must be True or False, not 'yes'"),
        ({"resume": True}, "there is no earlier run to resume"),
        ({"resume": True, "cache": False}, "to resume takes what is in the cache, and this run is to use none"),
        ({"until": 3}, "until must be a node or several, not 3"),
        ({"scheme": None}, "there is no scheme None"),
        ({"scheme": ["serial"]}, "there is no scheme"),
        ({"retires": 2}, "a run has no option 'retires'. Did you mean 'retries'?"),
    ],
)
def test_an_option_that_makes_no_sense_is_an_error_and_leaves_nothing_behind(wrong, told, temporary):
    with pytest.raises(UsageError) as caught:
        run(one_node()[0], **wrong)
    assert told in str(caught.value)
    assert list(temporary.iterdir()) == []
    assert not runs_folder().exists()


def test_a_node_that_wishes_for_a_scheme_that_does_not_exist_is_refused_before_anything_starts():
    pipeline, node = one_node()
    node.scheme = "procesess"
    with pytest.raises(PipelineError, match=r"double: .*'procesess'.*Did you mean 'processes'\?"):
        run(pipeline)
    assert not runs_folder().exists()
    node.scheme = "ipython"  # known, though not there: a wish
    assert run(pipeline).ok


def test_resources_are_what_was_told_or_what_there_is():
    assert resources_of(Options(n_procs=1, memory_gb=0.5)) == (1, 0.5)
    assert resources_of(Options())[0] >= 1
    assert resources_of(Options())[1] > 0.1


def test_a_faulty_pipeline_is_refused_with_all_that_is_wrong():
    def needs(a: int, b: int) -> int:
        return a + b

    with pytest.raises(PipelineError) as caught:
        run(one_node(needs)[0])
    assert "needs" in str(caught.value)
    assert str(caught.value).count("error: ") == 2


def test_of_very_many_faults_the_first_ten_are_told():
    def needs(a: int) -> int:
        return a

    pipeline = Pipeline("demo")
    for _ in range(14):
        pipeline.add(needs)
    with pytest.raises(PipelineError) as caught:
        run(pipeline)
    assert str(caught.value).count("error: ") == 10
    assert str(caught.value).endswith("(and 4 more)")


def test_nothing_is_left_behind_by_a_refused_run(temporary):
    pipeline, node = one_node()
    node.n_procs = 3
    with pytest.raises(RefusedError):
        run(pipeline, n_procs=2)
    assert list(temporary.iterdir()) == []
