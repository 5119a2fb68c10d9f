from __future__ import annotations

from canvas_pipeline import picture

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


def test_on_a_small_card_too_it_is_seen_that_its_node_runs(canvas):
    canvas.show_states({"make": NodeLook("running")})
    canvas.telling.show()
    canvas.do.zoom_to(0.3)
    image = picture(canvas)
    seen = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    running = canvas.inks.state_colour("running")
    # Of the thin arc of a large card nothing would be left but a shade.
    assert sum(abs(one.red() - running.red()) < 90 and one.blue() - one.red() > 100 for one in seen) > 3
