from __future__ import annotations

from treadle.app.window.looks import NodeLook


def test_what_stands_still_asks_for_no_more_frames(canvas):
    canvas.show_states({"make": NodeLook("succeeded")})
    canvas.telling.show()
    for _ in range(5):
        canvas.grab()
    assert not canvas.frames.awaited
    canvas.show_states({"make": NodeLook("running")})
    canvas.telling.show()
    canvas.grab()
    assert canvas.picture.turning
