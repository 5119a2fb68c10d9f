from __future__ import annotations

from treadle.app.window.canvas.rows import LEAST, Rows


def test_names_get_rows_keep_them_and_leave_them_to_others():
    rows = Rows(2)
    rows.put_all(["a", "b"], [(1.0, 2.0), (3.0, 4.0)])
    rows.drop_all(["a", "gone"])
    rows.put_all(["b", "c"], [(5.0, 6.0), (7.0, 8.0)])
    assert {name: tuple(rows.values[row]) for name, row in rows.row.items()} == {"b": (5.0, 6.0), "c": (7.0, 8.0)}
    assert rows.row["c"] == 0
    assert rows.mask(["c", "gone"]).nonzero()[0].tolist() == [0]
    assert rows.mask({"b", "c"}).nonzero()[0].tolist() == rows.mask(["c", "b"]).nonzero()[0].tolist() == [0, 1]
    rows.put_all([], [])


def test_more_names_than_there_was_room_for_are_taken_at_once():
    rows = Rows(1)
    rows.put_all([f"n{number}" for number in range(3 * LEAST)], [(float(number),) for number in range(3 * LEAST)])
    assert rows.used.sum() == 3 * LEAST
    assert rows.values[rows.row["n100"], 0] == 100.0


def test_rows_that_are_free_are_given_first_and_more_are_made_where_they_do_not_suffice():
    rows = Rows(1)
    rows.put_all(["a", "b", "c"], [(1.0,), (2.0,), (3.0,)])
    rows.drop_all(["a", "c"])
    rows.put_all(["d", "e", "f"], [(4.0,), (5.0,), (6.0,)])
    assert sorted(rows.row.values()) == [0, 1, 2, 3]
    assert {rows.names[row]: float(rows.values[row, 0]) for row in rows.used.nonzero()[0].tolist()} == {
        "b": 2.0, "d": 4.0, "e": 5.0, "f": 6.0,
    }  # fmt: skip
