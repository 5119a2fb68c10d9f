"""The suite of tests that every scheme has to pass, for pytest; ``treadle.conformance`` is how others get at it."""
