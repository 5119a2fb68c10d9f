"""Many sources are described at once; those of one group survive one another."""

from __future__ import annotations

import sys

from offspring import offspring

from treadle.core.errors import ModuleLookupError
from treadle.core.registry.discovery import Source, describe_all


def outcomes(folder, sources):
    found = describe_all(sources, [str(folder), *sys.path])
    return {source.name: outcome for source, outcome in found}


def test_a_group_goes_on_after_a_member_that_ends_or_hangs_its_process(tmp_path):
    (tmp_path / "ends.py").write_text("import os\nos._exit(4)")
    (tmp_path / "hangs.py").write_text("import threading\nthreading.Event().wait()")
    (tmp_path / "fine.py").write_text("def f(): ...\n__all__ = ['f']")
    sources = [
        Source(name, "packages", name, group="same", deadline=deadline)
        for name, deadline in (("ends", 60.0), ("hangs", 0.05), ("fine", 60.0))
    ]
    found = outcomes(tmp_path, sources)
    assert list(found) == ["ends", "hangs", "fine"]
    assert "exit code 4" in str(found["ends"])
    assert "importing took longer than 0.05 s" in str(found["hangs"])
    assert [module.path for module in found["fine"]] == ["fine:f"]


def test_more_sources_than_processes_are_all_described(tmp_path):
    (tmp_path / "fine.py").write_text("def f(): ...\n__all__ = ['f']")
    found = outcomes(tmp_path, [Source(str(n), "packages", "fine", deadline=60.0) for n in range(20)])
    assert len(found) == 20
    assert not [outcome for outcome in found.values() if isinstance(outcome, ModuleLookupError)]


def test_an_abandoned_search_leaves_no_process(tmp_path):
    (tmp_path / "fine.py").write_text("def f(): ...\n__all__ = ['f']")
    before = offspring(recursive=False)
    searching = describe_all(
        [Source(str(n), "packages", "fine", deadline=60.0) for n in range(3)], [str(tmp_path), *sys.path]
    )
    next(searching)
    searching.close()
    assert [process for process in offspring(recursive=False) if process not in before] == []
