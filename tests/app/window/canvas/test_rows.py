from __future__ import annotations

from treadle.app.window.canvas.rows import LEAST, Rows


def test_names_get_rows_keep_them_and_leave_them_to_others():
    rows = Rows(2)
    rows.put_all([("a", (1.0, 2.0)), ("b", (3.0, 4.0))])
    rows.drop("a")
    rows.put_all([("b", (5.0, 6.0)), ("c", (7.0, 8.0))])
    assert {name: tuple(rows.values[row]) for name, row in rows.row.items()} == {"b": (5.0, 6.0), "c": (7.0, 8.0)}
    assert rows.row["c"] == 0
    assert rows.mask(["c", "gone"]).nonzero()[0].tolist() == [0]
    rows.put_all([])


def test_more_names_than_there_was_room_for_are_taken_at_once():
    rows = Rows(1)
    rows.put_all([(f"n{number}", (float(number),)) for number in range(3 * LEAST)])
    assert rows.used.sum() == 3 * LEAST
    assert rows.values[rows.row["n100"], 0] == 100.0
