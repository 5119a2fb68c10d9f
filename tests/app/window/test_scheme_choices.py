from __future__ import annotations

import json

import pytest

from treadle.app.window import scheme_choices as kept
from treadle.core.protocol import SchemeSettings
from treadle.core.run.selection import PREFERENCE


def names(choices):
    return [choice.name for choice in choices]


def test_what_nobody_has_chosen_is_the_usual_order():
    assert names(kept.read("")) == list(PREFERENCE)
    assert kept.run_options(kept.read("")) == {"preference": PREFERENCE, "settings": {}}


def test_what_is_kept_is_read_again():
    order = [kept.SchemeChoice("threads", settings={"number": 3}), kept.SchemeChoice("processes", enabled=False)]
    again = kept.read(kept.written(order))
    assert again[:2] == order
    assert kept.run_options(again)["settings"] == {"threads": SchemeSettings(number=3)}
    assert "processes" not in kept.run_options(again)["preference"]


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "3", '{"order": 3}', '{"order": [3]}', '{"order": [{}]}', '{"order": [{"name": "x", "settings": 3}]}'],
)  # fmt: skip
def test_what_cannot_be_read_counts_as_not_chosen(text):
    assert kept.read(text) == kept.usual()


def test_a_scheme_that_is_not_in_it_comes_before_the_last_resort():
    text = json.dumps({"order": [{"name": "serial"}, {"name": "threads"}]})
    assert names(kept.read(text)) == ["threads", "ipython", "processes", "serial"]


def test_the_last_resort_is_always_enabled():
    text = json.dumps({"order": [{"name": name, "enabled": False} for name in PREFERENCE]})
    assert kept.run_options(kept.read(text))["preference"] == ("serial",)


def test_what_a_newer_version_has_kept_stays_as_it_is_and_is_not_told_to_runs():
    newer = {
        "order": [
            {"name": "slurm", "enabled": True, "settings": {"queue": "long"}, "colour": "red"},
            {"name": "processes", "enabled": True, "settings": {"number": 2, "gpus": 1}},
        ]
    }
    choices = kept.read(json.dumps(newer))
    assert not choices[0].known
    assert choices[1].strange == {"gpus": 1}
    assert json.loads(kept.written(choices))["order"][:2] == newer["order"]
    told = kept.run_options(choices)
    assert told["preference"][0] == "processes"
    assert told["settings"] == {"processes": SchemeSettings(number=2)}


@pytest.mark.parametrize("value", [-1, 1.5, True, "two", None, [1]])
def test_a_value_that_makes_no_sense_is_left_to_treadle(value):
    assert kept.SchemeChoice("processes", settings={"number": value}).value("number") == 0


def test_what_is_left_to_treadle_is_not_kept():
    choice = kept.with_values(kept.SchemeChoice("processes"), {"number": 4, "memory_gb": 2.0})
    assert choice.settings == {"number": 4, "memory_gb": 2.0}
    assert kept.with_values(choice, {"number": 0}).settings == {"memory_gb": 2.0}
    with pytest.raises(KeyError):
        kept.with_values(choice, {"profile": "lan"})
