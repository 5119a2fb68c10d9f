"""What is ordered of the writer is done or let go of, at whatever moment it is closed."""

from __future__ import annotations

import threading

from treadle.core.cache.entries import Keeping
from treadle.core.cache.writer import Writer


class ClosesInBetween(Keeping):
    """A result that is ordered to be kept while somebody else closes the writer."""

    writer: Writer

    @property
    def forced(self):
        self.writer.close(5.0)
        return True

    @forced.setter
    def forced(self, _value):
        pass


def test_a_result_that_comes_while_the_writer_is_closed_is_let_go_of():
    kept, done = [], threading.Event()
    writer = Writer(lambda keeps, _used, _notes: kept.extend(keeps), print, "somewhere")
    writer.keep(b"first", Keeping({}, seconds=1.0), lambda: None)
    ClosesInBetween.writer = writer

    writer.keep(b"late", ClosesInBetween({("out", -1): b"123"}), done.set)

    assert done.wait(5.0)
    assert [key for key, _ in kept] == [b"first"]
    assert writer.flush(5.0)
