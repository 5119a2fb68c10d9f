"""Every test has folders of its own for what Treadle keeps for a user."""

from __future__ import annotations

import pytest


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
