from __future__ import annotations

import pytest

from treadle import Pipeline, run
from treadle.app import schemes
from treadle.app.options import Options, refuse_senseless, workers_of
from treadle.app.scheme_options import SchemeOptions
from treadle.app.schemes import enabled_schemes, passed_over
from treadle.core.errors import UsageError


@pytest.fixture
def no_cluster(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))


@pytest.fixture
def a_cluster(monkeypatch):
    monkeypatch.setattr(schemes, "running_cluster", lambda profile="": profile or "default")


def test_auto_takes_the_schemes_in_the_persons_order(a_cluster):
    chosen = Options(preference=("threads", "ipython", "serial"))
    assert enabled_schemes(chosen) == (("threads", "ipython", "serial"), {"serial"})


def test_without_a_preference_all_are_used_in_the_usual_order(a_cluster):
    assert enabled_schemes(Options())[0] == ("ipython", "processes", "threads", "serial")


def test_engines_are_left_out_while_no_cluster_runs(no_cluster):
    assert enabled_schemes(Options(preference=("ipython", "threads")))[0] == ("threads",)


def test_engines_alone_and_no_cluster_are_refused_with_what_to_do(no_cluster):
    with pytest.raises(UsageError, match="no cluster runs") as refused:
        enabled_schemes(Options(preference=("ipython",)))
    assert "Start one" in refused.value.remedy


def test_a_scheme_that_is_not_known_is_passed_over_with_a_warning(no_cluster):
    chosen = Options(preference=("slurm", "threads", "slurm", "threads"), settings={"slurm": SchemeOptions(number=3)})
    refuse_senseless(chosen)
    assert enabled_schemes(chosen)[0] == ("threads",)
    assert passed_over(chosen) == ["there is no scheme 'slurm' here: it is passed over"]


def test_only_unknown_schemes_are_no_preference(no_cluster):
    assert enabled_schemes(Options(preference=("slurm",)))[0] == ("processes", "threads", "serial")


def test_a_profile_that_is_gone_keeps_no_run_from_using_other_schemes(no_cluster):
    chosen = Options(settings={"ipython": SchemeOptions(profile="nowhere")})
    assert enabled_schemes(chosen)[0] == ("processes", "threads", "serial")
    assert "there is no IPython profile 'nowhere'" in passed_over(chosen)[0]
    asked = Options(scheme="ipython", settings=chosen.settings)
    with pytest.raises(UsageError, match="nowhere"):
        enabled_schemes(asked)


def test_a_run_with_a_preference_tells_what_it_passes_over(no_cluster, caplog):
    pipeline = Pipeline("p")
    pipeline.add("operator:add", a=1, b=2)
    result = run(pipeline, cache=False, preference=("slurm", "serial"))
    assert result.ok
    assert [task.scheme for task in result.tasks] == ["serial"]
    assert "there is no scheme 'slurm' here" in caplog.text


def test_the_scheme_that_is_asked_for_comes_first_and_those_not_enabled_are_no_way_out(no_cluster):
    assert enabled_schemes(Options(scheme="threads"))[0] == ("threads", "processes")
    chosen = Options(scheme="threads", preference=("ipython", "threads", "serial"))
    assert enabled_schemes(chosen) == (("threads",), frozenset())
    hosted = Options(scheme="threads", preference=("ipython", "threads", "serial"), hosted=True)
    assert enabled_schemes(hosted) == (("threads", "serial"), {"serial"})
    asked = Options(scheme="processes", preference=("threads", "serial"), hosted=True)
    assert enabled_schemes(asked)[0] == ("processes", "threads", "serial")


def test_serial_alone_stays_alone(no_cluster):
    assert enabled_schemes(Options(scheme="serial", preference=("processes", "serial")))[0] == ("serial",)


def test_a_scheme_has_as_many_workers_as_are_set_or_one_for_each_core_of_the_run():
    chosen = Options(n_procs=3, settings={"threads": SchemeOptions(number=7)})
    assert workers_of(chosen, "threads") == 7
    assert workers_of(chosen, "processes") == 3


@pytest.mark.parametrize(
    ("scheme", "options", "message"),
    [
        ("threads", SchemeOptions(number=-1), "number of threads must be a whole number from 0 on, not -1"),
        ("processes", SchemeOptions(number=1.5), "number of processes must be a whole number"),
        ("processes", SchemeOptions(renew_after=True), "renew_after of processes must be a whole number"),
        ("processes", SchemeOptions(memory_gb=-1.0), "memory_gb of processes must be a number of GB"),
        ("processes", SchemeOptions(memory_gb=float("nan")), "memory_gb of processes must be a number of GB"),
        ("processes", SchemeOptions(memory_gb=0.01), "no process can live with 0.01 GB"),
        ("threads", SchemeOptions(memory_gb=2.0), "memory_gb cannot be set of the scheme threads"),
        ("serial", SchemeOptions(number=2), "number cannot be set of the scheme serial"),
        ("ipython", SchemeOptions(profile=3), "profile of ipython must be the name"),
        ("processes", {"number": 2}, "the settings of processes must be SchemeOptions"),
    ],
)
def test_settings_that_make_no_sense_are_refused(scheme, options, message):
    with pytest.raises(UsageError, match=message):
        refuse_senseless(Options(settings={scheme: options}))


@pytest.mark.parametrize("preference", ["threads", (1,), 3, None])
def test_a_preference_that_is_no_list_of_names_is_refused(preference):
    with pytest.raises(UsageError, match="preference must be names of schemes"):
        refuse_senseless(Options(preference=preference))


def test_a_limit_of_memory_ends_a_task_and_the_run_goes_on(no_cluster, tmp_path):
    pipeline = Pipeline("p")
    large = pipeline.add(_large)
    small = pipeline.add("operator:add", a=1, b=2)
    settings = {"processes": SchemeOptions(number=1, memory_gb=0.3)}
    result = run(pipeline, cache=False, preference=("processes",), settings=settings)
    (failure,) = result.failures
    assert failure.cause.kind == "out of memory"
    assert "each may take 0.3 GB" in failure.cause.message
    assert failure.node == large.id
    assert result[small] == 3


def _large() -> int:
    import time

    held = bytearray(b"x" * (600 << 20))
    time.sleep(30)
    return len(held)


def test_a_process_is_replaced_after_so_many_tasks(no_cluster):
    pipeline = Pipeline("p")
    pids = pipeline.add(_pid, number=pipeline.add(_numbers).out.each())
    settings = {"processes": SchemeOptions(number=1, renew_after=2)}
    result = run(pipeline, cache=False, preference=("processes",), settings=settings)
    assert len(set(result[pids])) >= 3


def _numbers() -> list[int]:
    return list(range(6))


def _pid(number: int) -> int:
    import os

    return os.getpid()
