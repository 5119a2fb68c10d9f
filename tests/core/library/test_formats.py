from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from treadle.core.library import formats


def test_a_table_survives_csv(tmp_path):
    table = [{"name": "a, b", "size": 1, "x": 2.5}, {"name": 'q"', "size": -3, "x": None}]
    path = formats.write_csv(table, tmp_path / "new" / "t.csv")
    assert formats.read_csv(path) == table


def test_cells_stay_text_if_asked_and_codes_are_no_numbers(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a;b\n1_0;007\n", "utf-8-sig")
    assert formats.read_csv(path, ";") == [{"a": "1_0", "b": 7}]
    assert formats.read_csv(path, ";", numbers=False) == [{"a": "1_0", "b": "007"}]


def test_columns_of_all_rows_are_written_and_tabs_may_be_spelt(tmp_path):
    path = formats.write_csv([{"a": 1}, {"b": 2}], tmp_path / "t.tsv", "\\t")
    assert path.read_text() == "a\tb\n1\t\n\t2\n"


@pytest.mark.parametrize("content", ["a,b\n1\n", "a,b\n1,2,3\n"])
def test_a_ragged_row_is_named(tmp_path, content):
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(ValueError, match="row 1: it has not as many cells"):
        formats.read_csv(tmp_path / "t.csv")


def test_what_is_not_csv_is_named_with_its_line(tmp_path):
    (tmp_path / "t.csv").write_bytes(b'a\n"x"y\n')
    with pytest.raises(ValueError, match=r"t\.csv, line \d: not CSV"):
        formats.read_csv(tmp_path / "t.csv")
    with pytest.raises(ValueError, match="must be one character"):
        formats.read_csv(tmp_path / "t.csv", "ab")


def test_values_survive_json(tmp_path):
    value = {"a": [1, 2.5, None, True, "é"], "b": {}}
    assert formats.read_json(formats.write_json(value, tmp_path / "v.json")) == value


def test_arrays_paths_and_infinities_get_a_form_in_json(tmp_path):
    value = {1: np.array([1.5, np.nan]), "p": Path("/a"), "n": np.int32(3), "s": (1,)}
    path = formats.write_json(value, tmp_path / "v.json", indent=0)
    assert formats.read_json(path) == {"1": [1.5, None], "p": "/a", "n": 3, "s": [1]}
    assert path.read_text().count("\n") == 1


def test_what_json_has_no_form_for_is_named(tmp_path):
    with pytest.raises(TypeError, match="no form for a complex"):
        formats.write_json(1j, tmp_path / "v.json")
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_json_is_named_with_its_place(tmp_path):
    (tmp_path / "v.json").write_text("{\n1}")
    with pytest.raises(ValueError, match=r"v\.json is not JSON: .* line 2, column 1"):
        formats.read_json(tmp_path / "v.json")


def test_an_array_survives_npy(tmp_path, read_only):
    array = read_only([[1.5, 2], [3, 4]])
    path = formats.write_npy(array, tmp_path / "a.npy")
    assert np.array_equal(formats.read_npy(path), array)
    assert [p.name for p in tmp_path.iterdir()] == ["a.npy"]


def test_pickles_are_neither_written_nor_read(tmp_path):
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        formats.write_npy(np.array([{}], dtype=object), tmp_path / "a.npy")
    np.save(tmp_path / "b.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="not a NumPy file of plain numbers"):
        formats.read_npy(tmp_path / "b.npy")


def test_a_file_of_several_arrays_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros(2))
    with pytest.raises(ValueError, match="several arrays"):
        formats.read_npy(tmp_path / "a.npz")
