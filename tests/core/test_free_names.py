from __future__ import annotations

import time

from treadle.core.free_names import FreeNames


def test_a_name_that_is_taken_or_given_is_numbered():
    names = FreeNames(["x", "x_3"])
    assert [names.take("x"), names.take("x"), names.take("y"), names.take("y")] == ["x_2", "x_4", "y", "y_2"]


def test_what_is_numbered_may_be_another_stem():
    assert FreeNames(["n_7"]).take("n_7", "n") == "n_2"
    assert FreeNames(["n_7"]).take("n_8", "n") == "n_8"


def test_many_names_of_one_stem_do_not_try_each_number_again():
    names = FreeNames(["x"])
    began = time.process_time()
    given = {names.take("x") for _ in range(30_000)}
    assert len(given) == 30_000
    # One after the other that is nearly half a thousand million names.
    assert time.process_time() - began < 5
