"""What is special about executing calls in the calling process."""

from __future__ import annotations

import os

from treadle.core.worker.call import Call, Form, Given, Target
from treadle.schemes.serial import SerialScheme


def threads_allowed(x: int) -> tuple[str, int]:
    return os.environ["OPENBLAS_NUM_THREADS"], x


def test_numeric_libraries_use_one_thread_for_each_core_of_a_call_and_all_afterwards(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    scheme = SerialScheme(tmp_path / "files")
    scheme.open(lambda _report: None)
    for cores in (1, 3):
        scheme.submit([Call(f"t{cores}", Form(Target(live=threads_allowed), n_procs=cores), {"x": Given(cores)})])
        assert scheme.fetch((f"t{cores}", "out", -1), 1.0) == (str(cores), cores)
    scheme.close(1.0)
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "OPENBLAS_NUM_THREADS" not in os.environ
