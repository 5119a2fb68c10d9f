"""Errors say what happened, where, and what to do next, and travel between processes."""

from __future__ import annotations

import pickle

from treadle.core.errors import ClusterError, TreadleError, UsageError, suggestion


def test_an_error_says_where_what_and_what_to_do():
    assert (
        str(UsageError("it is odd", where="file.toml", remedy="Make it even")) == "file.toml: it is odd. Make it even"
    )
    assert str(UsageError("it is odd")) == "it is odd"


def test_what_to_do_stands_on_a_line_of_its_own_below_several_lines():
    error = ClusterError("its log ends with:\n    no module x", where="cluster lab", remedy="Install it")
    assert str(error) == "cluster lab: its log ends with:\n    no module x\nInstall it"


def test_an_error_survives_pickling_with_all_it_says():
    error = pickle.loads(pickle.dumps(ClusterError("a", where="b", remedy="c")))
    assert isinstance(error, TreadleError)
    assert (type(error), error.message, error.where, error.remedy) == (ClusterError, "a", "b", "c")


def test_of_what_there_is_the_closest_is_suggested_else_the_first_are_listed():
    assert suggestion("rnu", ["run", "check"]) == "Did you mean 'run'?"
    assert suggestion("x", ["run", "check"]) == "Known: check, run"
    assert suggestion("x", "abcdefghij") == "Known: a, b, c, d, e, f, g, h, …"
    assert suggestion("x", []) == ""
    assert suggestion("x", ["run"], ".treadle") == "Known: run.treadle"
    assert suggestion("no", ["g1"], ".treadle") == "Known: g1.treadle"
    assert suggestion("rnu", ["run"], ".treadle") == "Did you mean 'run.treadle'?"
