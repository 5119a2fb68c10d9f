"""F10: where nothing can be written, the path is named, what was there stays, and a run goes on without its cache."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from treadle import Pipeline, Schemes, ipython_cluster, module, run, scratch
from treadle.core.errors import TreadleError
from treadle.schemes.ipython.profiles import create

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 60.0
ITEMS = 8
ANSWER = f'"out": {float(sum(range(ITEMS)))}'
STEPS = """
import numpy as np

def numbers(count: int) -> list[int]:
    return list(range(count))

def image(x: int) -> np.ndarray:
    return np.full(100_000, float(x))

def total(images: list) -> float:
    return float(sum(image[0] for image in images))
"""

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small disk or a read-only one")


def full(folder: Path) -> None:
    """Leave what is there, and no room for more."""
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    kept = [(file.name, file.read_bytes()) for file in folder.iterdir() if file.is_file()]
    mount("-t", "tmpfs", "-o", f"size={max(size, 4096) // 4096 * 4096 + 4096 * (len(kept) + 1)}", "none", folder)
    for name, data in kept:
        (folder / name).write_bytes(data)
    try:
        with (folder / "filler").open("wb", buffering=0) as filler:
            while filler.write(bytes(4096)):
                pass
    except OSError:
        pass


def read_only(folder: Path) -> None:
    mount("--bind", folder, folder)
    mount("-o", "remount,ro,bind", folder)


def is_mounted(folder: Path) -> bool:
    """Say whether a disk lies over a folder; os.path.ismount does not see one that is the same disk."""
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    return any(line.split()[4] == str(folder) for line in mounts)


def mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True, timeout=SECONDS)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder over which a disk may be mounted; it is taken away afterwards."""
    folder = tmp_path / "place"
    folder.mkdir()
    yield folder
    while is_mounted(folder):
        subprocess.run(["umount", "--lazy", folder], check=True, timeout=SECONDS)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "f10_steps.py").write_text(STEPS)
    monkeypatch.syspath_prepend(tmp_path)
    p = Pipeline("shared")
    image = p.add("f10_steps:image", x=p.add("f10_steps:numbers", count=ITEMS).out.each())
    image.cache = True
    p.add("f10_steps:total", images=image.out.joined())
    return p.save(tmp_path / "f10.treadle")


def treadle(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "treadle", *arguments], env={**os.environ, **environment}, timeout=SECONDS,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def warned_once(told: str, place: Path) -> bool:
    return told.count(str(place)) == 1 and told.count("treadle:") <= 1


@pytest.mark.parametrize("spoil", [full, read_only])
@pytest.mark.parametrize("scheme", ["processes", "serial"])
def test_a_run_goes_on_without_its_cache(file, place, spoil, scheme):
    spoil(place)
    done = treadle("run", file, "--cache", place, "-x", scheme, "--json")
    assert done.returncode == 0, done.stderr
    assert ANSWER in done.stdout
    assert warned_once(done.stderr, place), done.stderr


@pytest.mark.parametrize("spoil", [full, read_only])
@pytest.mark.parametrize("scheme", ["processes", "serial"])
def test_modules_return_files_though_the_cache_can_take_none(place, spoil, scheme):
    def written(text: str) -> Path:
        file = scratch() / "written.txt"
        file.write_text(text)
        return file

    spoil(place)
    p = Pipeline()
    made = p.add(written, text="kept with the run")
    result = run(p, scheme=scheme, cache=place)
    assert result.ok, result.failures
    assert result[made].read_text() == "kept with the run"
    result.close()


def test_a_file_for_which_the_cache_has_no_room_is_kept_with_the_run(place, caplog):
    def large() -> Path:
        file = scratch() / "large.bin"
        file.write_bytes(bytes(20_000_000))
        return file

    mount("-t", "tmpfs", "-o", "size=16m", "none", place)
    p = Pipeline()
    made = p.add(large)
    with run(p, scheme="processes", cache=place) as result:
        assert result[made].stat().st_size == 20_000_000
    assert caplog.text.count(f"{place}: results cannot be kept (there is no room for the files of modules)") == 1
    assert not list(place.rglob("*.bin"))


@pytest.mark.parametrize("scheme", ["processes", "threads", "serial"])
def test_a_cache_whose_disk_fills_during_a_run_is_given_up_and_its_tasks_succeed(place, caplog, scheme):
    @module(schemes=Schemes(threads=True))
    def fill(folder: str) -> int:
        with contextlib.suppress(OSError), Path(folder, "filler").open("wb", buffering=0) as filler:
            while filler.write(bytes(1 << 16)):
                pass
        with contextlib.suppress(OSError), Path(folder, "filler").open("ab", buffering=0) as filler:
            while filler.write(b"x"):
                pass
        return 1

    @module(schemes=Schemes(threads=True))
    def written(text: str, after: int) -> Path:
        folder = scratch() / "results"
        folder.mkdir()
        (folder / f"{text}.txt").write_text(text)
        return folder

    @module(schemes=Schemes(threads=True))
    def read(folder: Path) -> str:
        return "".join(file.read_text() for file in folder.iterdir())

    mount("-t", "tmpfs", "-o", "size=32m", "none", place)
    p = Pipeline()
    filled = p.add(fill, folder=str(place))
    texts = [p.add(read, folder=p.add(written, text=f"text {n}", after=filled.out).out) for n in range(3)]
    with run(p, scheme=scheme, cache=place) as result:
        assert result.ok, result.failures
        assert [result[text] for text in texts] == [f"text {n}" for n in range(3)]
    assert caplog.text.count(f"{place}: results cannot be kept") == 1


def test_a_cache_on_a_small_disk_keeps_what_it_has_room_for(file, place):
    mount("-t", "tmpfs", "-o", "size=4m", "none", place)
    for _ in range(2):
        done = treadle("run", file, "--cache", place, "--json")
        assert done.returncode == 0, done.stderr
        assert ANSWER in done.stdout
    assert treadle("cache", "verify", "--cache", place).returncode == 0


def test_a_cache_that_can_only_be_read_is_read(file, place):
    assert treadle("run", file, "--cache", place).returncode == 0
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    read_only(place)
    done = treadle("run", file, "--cache", place, "--json")
    assert done.returncode == 0, done.stderr
    assert ANSWER in done.stdout
    assert f'"cached": {ITEMS + 2}' in done.stdout
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("spoil", [full, read_only])
def test_a_run_goes_on_without_its_journal(file, place, spoil):
    spoil(place)
    done = treadle("run", file, "--json", XDG_STATE_HOME=str(place))
    assert done.returncode == 0, done.stderr
    assert ANSWER in done.stdout
    assert str(place) in done.stderr


@pytest.mark.parametrize("spoil", [full, read_only])
def test_a_run_that_is_to_go_on_alone_is_refused_where_nobody_could_follow_it(file, place, spoil):
    (place / "treadle" / "runs").mkdir(parents=True)
    spoil(place)
    done = treadle("run", file, "--detach", XDG_STATE_HOME=str(place))
    assert (done.returncode, done.stdout) == (4, "")
    assert f"{place}/treadle/runs: a detached run is known by its journal, which cannot be written here" in done.stderr
    assert not list((place / "treadle" / "runs").glob("*"))


@pytest.mark.parametrize("spoil", [full, read_only])
def test_a_pipeline_that_cannot_be_saved_stays_as_it_was(place, spoil):
    p = Pipeline("old")
    p.add("builtins:abs", x=-1)
    file = p.save(place / "pipeline.treadle")
    before = file.read_bytes()
    spoil(place)
    for number in range(300):
        p.add("builtins:abs", x=-number)
    with pytest.raises(TreadleError, match=r"pipeline\.treadle"):
        p.save(file)
    assert file.read_bytes() == before
    assert {path.name for path in place.iterdir()} <= {"pipeline.treadle", "filler"}


@pytest.mark.parametrize("spoil", [full, read_only])
def test_a_report_that_cannot_be_written_stays_as_it_was(place, spoil):
    p = Pipeline("reported")
    p.add("builtins:abs", x=-1)
    result = run(p, scheme="serial")
    report = place / "report.html"
    report.write_text("the old one")
    spoil(place)
    with pytest.raises(TreadleError, match=r"report\.html"):
        result.report(report)
    assert report.read_text() == "the old one"
    assert {path.name for path in place.iterdir()} <= {"report.html", "filler"}


@pytest.mark.parametrize("spoil", [full, read_only])
def test_a_script_is_told_that_its_run_has_no_journal(place, spoil):
    spoil(place)
    script = "from treadle import Pipeline, run; p = Pipeline('s'); n = p.add('builtins:abs', x=-7); print(run(p)[n])"
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "XDG_STATE_HOME": str(place)}, timeout=SECONDS,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "7\n"
    assert str(place) in done.stderr


def test_a_cluster_names_the_folder_in_which_it_cannot_write(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(place / "ipython"))
    mount("-t", "tmpfs", "-o", "size=64k", "none", place)
    create("default")
    with contextlib.suppress(OSError), (place / "filler").open("wb", buffering=0) as filler:
        while filler.write(bytes(512)):
            pass
    why = f"^{place}.*: its files cannot be written: No space left"
    with pytest.raises(TreadleError, match=why), ipython_cluster(1):
        pass
    monkeypatch.setenv("XDG_STATE_HOME", str(place / "state"))
    with pytest.raises(TreadleError, match=f"^{place}.*: No space left"), ipython_cluster(1):
        pass
