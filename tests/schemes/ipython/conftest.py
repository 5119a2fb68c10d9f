"""The tests of clusters share one real cluster."""

from __future__ import annotations

from clusters import cluster

__all__ = ["cluster"]
