"""Files are decoded by several threads of a process at once, from its first moment on."""

from __future__ import annotations

import subprocess
import sys

DECODE = """
import sys, threading
from treadle.core import protocol
from treadle.core.document import decode

sys.setswitchinterval(1e-6)
together = threading.Barrier(8)
found = []

def work():
    together.wait(30)
    found.append(decode(b'{"treadle": 1, "nodes": {"a": {"params": {"b": 1}}}}'))

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(30)
assert len(found) == 8, found
"""


def test_threads_that_decode_their_first_pipeline_together_do_not_crash_the_process():
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", DECODE], capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
