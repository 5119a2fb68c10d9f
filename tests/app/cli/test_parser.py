"""What is typed wrong is refused with exit code 2 and what was probably meant."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["rnu", "x"], "there is no command 'rnu'. Did you mean 'run'?"),
        (["run", "x", "--untill", "a"], "there is no option '--untill'. Did you mean '--until'?"),
        (["run", "x", "--untill=a"], "there is no option '--untill'. Did you mean '--until'?"),
        (["run", "x", "--dry"], "there is no option '--dry'"),
        (
            ["run", "x", "--order", "topologicl"],
            "there is no value for --order: 'topologicl'. Did you mean 'topological'?",
        ),
        (["run", "x", "--on-error", "stopp"], "Did you mean 'stop'?"),
        (["run", "x", "--n-procs", "two"], "'two' is no whole number from 1 on"),
        (["run", "x", "--n-procs", "0"], "'0' is no whole number from 1 on"),
        (["runs", "gc", "--keep", "-1"], "'-1' is no whole number from 0 on"),
        (["run", "x", "--memory-gb", "nan"], "'nan' is no number above 0"),
        (["run", "x", "--memory-gb", "much"], "'much' is no number above 0"),
        (["run", "x", "--prefer", "threads,proceses"], "there is no scheme 'proceses'. Did you mean 'processes'?"),
        (["run", "x", "--prefer", ","], "--prefer wants the names of schemes"),
        (["run", "x", "y"], "'y' is one argument too many. See: treadle run --help"),
        (["run", "--", "x", "--until"], "'--until' is one argument too many"),
        (["run"], "FILE"),
        (["run", "x", "--output"], "--output"),
        (["--verbos"], "there is no option '--verbos'"),
        (["check", "x", "--imports"], "Did you mean '--import'?"),
        (["modules", "--all"], "there is no option '--all'"),
    ],
)
def test_a_mistake_is_named_with_a_way_out(treadle, arguments, told):
    done = treadle(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert told in done.err
    assert done.err.startswith("treadle: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("option", ["--unt", "--mem", "--js", "--verb", "--sch"])
def test_abbreviations_are_refused(treadle, option):
    assert treadle("run", "x", option, "1").code == 2


def test_without_a_command_the_help_is_shown(treadle):
    done = treadle()
    assert done.code == 2
    assert "COMMAND" in done.out


def test_a_command_says_in_its_help_what_it_does(treadle, capfd):
    with pytest.raises(SystemExit):
        treadle("runs", "gc", "--help")
    assert "\n\nRemove old runs; by default all but the 100 newest.\n\n" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        (["runs", "--json"], ["runs", "list", "--json"]),
        (["cache", "--json"], ["cache", "ls", "--json"]),
        (["cluster", "--json"], ["cluster", "list", "--json"]),
        (["cluster", "profiles", "--json"], ["cluster", "profiles", "list", "--json"]),
    ],
)
def test_what_is_usual_need_not_be_named_with_its_options_either(treadle, asked, meant, tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    assert treadle(*asked).json == treadle(*meant).json
    assert "there is no option '--jsno'. Did you mean '--json'?" in treadle(*asked[:-1], "--jsno").err


@pytest.mark.parametrize("command", [[], ["run"], ["check"], ["modules"], ["trust"]])
def test_help_is_shown_on_request(treadle, command, capfd):
    with pytest.raises(SystemExit) as ended:
        treadle(*command, "--help")
    assert ended.value.code == 0
    assert "usage: treadle" in capfd.readouterr().out


def test_the_version_is_told(treadle, capfd):
    from treadle import __version__

    with pytest.raises(SystemExit):
        treadle("--version")
    assert capfd.readouterr().out == f"treadle {__version__}\n"
