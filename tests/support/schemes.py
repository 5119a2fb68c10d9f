"""The schemes that must keep the contract, and what sets them apart, as data: a new one is one line here."""

from __future__ import annotations

from functools import partial

from engines import engines_scheme

from treadle.conformance import Candidate, plugged
from treadle.schemes.commands.scheme import CommandScheme
from treadle.schemes.processes.scheme import ProcessesScheme
from treadle.schemes.serial import SerialScheme
from treadle.schemes.threads.scheme import ThreadsScheme

CANDIDATES = (
    Candidate("serial", SerialScheme, slots=1, pickles=False, stops=False, survives_exit=False),
    Candidate("processes", partial(ProcessesScheme, workers=2), slots=2, pickles=True, stops=True, survives_exit=True),
    Candidate("threads", partial(ThreadsScheme, workers=2), slots=2, pickles=False, stops=True, survives_exit=True),
    plugged("commands", CommandScheme),
    Candidate("ipython", engines_scheme, slots=2, pickles=True, stops=True, survives_exit=True),
)  # fmt: skip
