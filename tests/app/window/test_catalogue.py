from __future__ import annotations

import pytest
from panels import ADD, FILES, LOAD, MODULES, SMOOTH, SlowRunner

from treadle.app.window.catalogue import Catalogue
from treadle.core import protocol as p
from treadle.core.errors import TreadleError
from treadle.core.modules import Port

IMAGE = Port(name="out", type="numpy.ndarray")


@pytest.fixture
def runner():
    return SlowRunner()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "kept" / "catalogue.json"


@pytest.fixture
def catalogue(qapp, runner, file):
    made = Catalogue(runner, file)
    made.start()
    return made


@pytest.fixture
def filled(catalogue, runner):
    runner.answer(p.ModuleList(modules=MODULES, broken=(p.BrokenSource(name="mine.py", reason="no module numpy"),)))
    return catalogue


def test_a_catalogue_loads_until_the_runner_has_answered(catalogue, runner):
    assert catalogue.state == "loading"
    runner.answer(p.ModuleList(modules=MODULES))
    assert catalogue.state == "ready"
    assert catalogue.module("operator:add") == ADD


def test_what_is_broken_is_listed_with_its_reason(filled):
    assert [(one.name, one.reason) for one in filled.broken] == [("mine.py", "no module numpy")]


def test_a_runner_that_refuses_is_told_and_what_was_known_stays(filled, runner):
    filled.start()
    runner.answer(TreadleError("there is no runner", remedy="Restart it"))
    assert (filled.state, filled.problem) == ("failed", "there is no runner. Restart it")
    assert filled.module("operator:add") == ADD


def test_what_was_kept_is_there_before_the_runner_answers(filled, qtbot, file, runner):
    filled.note_placed("operator:add")
    qtbot.waitUntil(lambda: file.is_file() and b'"recent":["operator:add"]' in file.read_bytes(), timeout=5000)
    later = Catalogue(runner, file)
    later.start()
    assert later.state == "loading"
    assert list(later.modules.values()) == list(MODULES)
    assert later.search("")[0] == ADD


def test_a_damaged_file_is_as_good_as_none(runner, file, qapp):
    file.parent.mkdir()
    file.write_bytes(b'{"modules": [{"path": 5}]}')
    catalogue = Catalogue(runner, file)
    catalogue.start()
    assert catalogue.modules == {}


def test_a_misspelt_word_finds_its_module(filled):
    assert filled.search("smoth")[0] == SMOOTH


def test_only_modules_that_take_an_output_are_found_for_it(filled):
    assert filled.search("", IMAGE, "inputs") == [SMOOTH]


def test_only_modules_that_give_what_an_input_takes_are_found_for_it(filled):
    assert filled.search("", Port(name="image", type="numpy.ndarray"), "outputs") == [LOAD, SMOOTH]


def test_a_list_finds_what_takes_its_items(filled):
    assert filled.search("load", FILES.outputs[0], "inputs") == [LOAD]


def test_a_function_is_described_by_its_import_path(filled, runner):
    replies = []
    filled.describe("scipy.ndimage:gaussian_filter", replies.append)
    assert runner.asked[0][2] == {"paths": ("scipy.ndimage:gaussian_filter",)}
    module = ADD.__class__(path="scipy.ndimage:gaussian_filter")
    runner.answer(p.Descriptions(found=(p.Description(path=module.path, module=module),)))
    assert replies == [module]
    assert filled.module(module.path) == module


def test_a_function_that_is_not_there_is_an_error_that_says_so(filled, runner):
    replies = []
    filled.describe("no.such:thing", replies.append)
    runner.answer(p.Descriptions(found=(p.Description(path="no.such:thing", message="there is no module no"),)))
    assert "there is no module no" in str(replies[0])


def test_what_is_kept_is_the_newest(filled, qtbot, file):
    for number in range(50):
        filled.note_placed(f"operator:f{number}")
    qtbot.waitUntil(lambda: not filled._keeping._busy, timeout=5000)
    assert b'"recent":["operator:f49"' in file.read_bytes()
