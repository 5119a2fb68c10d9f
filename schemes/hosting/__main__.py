"""Starts the supervisor: `python -m treadle.schemes.hosting DESCRIPTOR`."""

from __future__ import annotations

import sys

from .supervisor import main

if __name__ == "__main__":
    main(int(sys.argv[1]))
