"""F23: a secret given as ${env:NAME} is in no file, no record, no log and no text of an exception."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import treadle
from treadle import Pipeline, log, progress, scratch, start_run
from treadle.app.schemes import SCHEMES

SECRET = "correct horse battery staple"
REFERENCE = "${env:TREADLE_F23_PASSWORD}"


class Login(Exception):
    def __init__(self, password: str) -> None:
        super().__init__(f"cannot log in with {password!r}")
        self.password = password


def connect(password: str, options: dict[str, Any]) -> None:
    log("using", password, options)
    print("printed:", password)  # noqa: T201 - modules do
    progress(0.5, f"trying {password}")
    (scratch() / "session.txt").write_text(password)
    try:
        raise Login(password)
    except Login as error:
        raise RuntimeError(f"no connection: {error}") from error


def echo(password: str) -> list[str]:
    return [f"/srv/{password}.txt"]


def use(path: str) -> str:
    raise ValueError(f"no file {path}")


@pytest.fixture
def pipeline(monkeypatch) -> Pipeline:
    monkeypatch.setenv("TREADLE_F23_PASSWORD", SECRET)
    made = Pipeline("secrets")
    made.add(connect, password=REFERENCE, options={"nested": [REFERENCE]})
    made.add(echo, password=REFERENCE)
    return made


def everything(events: list[Any], result: Any) -> str:
    parts = [repr(event) for event in events]
    parts += [f"{record!r} {record.title} {record.cause} {record.previews}" for record in result.tasks]
    return "\n".join(parts)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_event_and_no_record_of_a_failing_run_holds_the_secret(pipeline, scheme) -> None:
    events: list[Any] = []
    result = start_run(pipeline, scheme=scheme, listener=events.append).result()
    assert result.state == "failed"
    told = everything(events, result)
    assert SECRET not in told
    assert "‹hidden›" in told
    assert "no connection" in told


def test_the_exception_that_a_result_raises_does_not_hold_the_secret(pipeline) -> None:
    result = treadle.run(pipeline, scheme="serial")
    with pytest.raises(treadle.core.errors.TreadleError) as caught:
        result["connect"]
    assert SECRET not in f"{caught.value} {caught.value!r}"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_file_that_the_run_leaves_holds_the_secret(pipeline, tmp_path, monkeypatch, scheme) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for kind in ("STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind))
    result = treadle.run(pipeline, scheme=scheme)
    assert result.state == "failed"
    result.report(tmp_path / "report.html")
    assert list(tmp_path.rglob("*.sqlite")), "neither journal nor cache is looked at"
    for file in (path for path in tmp_path.rglob("*") if path.is_file()):
        assert SECRET.encode() not in file.read_bytes(), file


def test_the_saved_pipeline_holds_the_reference_only(pipeline, tmp_path) -> None:
    text = Path(pipeline.save(tmp_path / "secrets.treadle")).read_text()
    assert SECRET not in text
    assert REFERENCE in text


def test_a_mapped_label_and_the_failure_of_a_later_node_do_not_hold_the_secret(pipeline) -> None:
    made = Pipeline("labels")
    made.add(use, path=made.add(echo, password=REFERENCE).out.each("file"))
    result = treadle.run(made, scheme="serial")
    assert SECRET not in "".join(record.title for record in result.tasks)


def test_a_reference_to_nothing_names_the_variable_and_not_the_environment(monkeypatch) -> None:
    monkeypatch.delenv("TREADLE_F23_PASSWORD", raising=False)
    made = Pipeline("secrets")
    made.add(echo, password=REFERENCE)
    (failure,) = treadle.run(made, scheme="serial").failures
    assert "TREADLE_F23_PASSWORD is not set" in failure.cause.message
