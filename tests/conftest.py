"""Every test has folders of its own for what Treadle keeps for a user."""

from __future__ import annotations

import os
import sys

import pytest

_STATUS = pytest.StashKey[int]()


@pytest.fixture(autouse=True)
def own_folders(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Point the user's folders, for this process and all it starts, to empty ones.

    A test of the ipython scheme finds a cluster of two engines in the IPython profile of the user, others find none.
    """
    home = tmp_path_factory.mktemp("user")
    for kind in ("STATE", "CACHE", "DATA", "CONFIG"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
    monkeypatch.setenv("IPYTHONDIR", str(home / "ipython"))
    if getattr(request.node, "callspec", None) and request.node.callspec.params.get("scheme") == "ipython":
        from engines import running_cluster

        monkeypatch.setenv("IPYTHONDIR", str(running_cluster().address.profile_dir.parent))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remember how the tests went, and end what all of them shared."""
    session.config.stash[_STATUS] = int(exitstatus)
    if "engines" in sys.modules:
        sys.modules["engines"].end_cluster()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End here where there was a window: PyQt's own end crashes now and then, and would make a failure of a success."""
    if "PyQt6.QtWidgets" in sys.modules and _STATUS in config.stash:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[_STATUS])
