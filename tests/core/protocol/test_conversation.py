from __future__ import annotations

import msgspec
import pytest

from treadle.core import protocol as p


def test_a_request_comes_back_as_it_was_sent():
    sent = p.CancelRun(number=7, run="r", tasks=("a[0]",))
    assert p.request_of(p.line_of(sent)) == sent


def test_every_message_is_one_line():
    row = p.LogLine("a", "one\ntwo")
    line = p.line_of(p.RunNews(run="r", seconds=1.0, lines=(row,)))
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")


def test_names_of_files_that_are_not_utf_8_are_told_as_text():
    labels = {"file": "scan-\udcff"}
    row = p.TaskRow("smooth[scan-\udcff]", "smooth", labels, "running")
    told = p.sent_of(p.line_of(p.RunNews(run="r", seconds=1.0, tasks=(row,))))
    assert told.tasks[0].task == "smooth[scan-\\udcff]"
    assert told.tasks[0].labels == {"file": "scan-\\udcff"}


def test_an_answer_is_read_in_the_type_that_belongs_to_its_request():
    asked = p.StartRun(number=3, document=p.Document(text="{}"))
    told = p.RunStarted(run="r", journal="/j", nodes=(p.PlannedNode(node="a", axes=("file",)),))
    sent = p.sent_of(p.line_of(p.Answer(number=3, value=msgspec.Raw(msgspec.json.encode(told)))))
    assert isinstance(sent, p.Answer)
    assert p.answer_to(asked, sent) == told


def test_an_answer_of_another_type_is_an_error_that_names_the_request():
    answer = p.Answer(number=3, value=msgspec.Raw(b'{"run": 1}'))
    with pytest.raises(p.ProtocolError, match="StartRun"):
        p.answer_to(p.StartRun(number=3, document=p.Document(text="")), answer)


@pytest.mark.parametrize("line", [b"", b"Last login: today", b'{"request":"fly","number":1}', b'{"request":"ping"}'])
def test_what_is_no_request_is_refused(line):
    with pytest.raises(p.ProtocolError):
        p.request_of(line)


def test_an_unknown_field_is_refused_and_not_passed_over():
    with pytest.raises(p.ProtocolError, match="speed"):
        p.request_of(b'{"request":"ping","number":1,"speed":9}')


def test_every_request_has_an_answer():
    known = {kind for name in p.__all__ if isinstance(kind := getattr(p, name), type) and issubclass(kind, p.Request)}
    assert set(p.ANSWERS) == known - {p.Request}
