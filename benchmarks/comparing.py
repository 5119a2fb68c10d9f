"""Runs scenarios with all their peers, in turn, so that a noisy minute hits all alike."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from . import scenarios
from .results import Found, Results, Row, facts
from .trial import Options, Trial, attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .scenarios.scenario import Scenario


class Plan(NamedTuple):
    """What is to be measured, and how often."""

    scenarios: Sequence[str]
    peers: Sequence[str]
    """Only these, if any are named."""
    repeats: int
    options: Options


def compare(plan: Plan, tell: Callable[[str], object], finished: Callable[[Results], object]) -> Results:
    """Measure all; ``tell`` hears what is under way, ``finished`` the results so far after each scenario."""
    results = Results(facts=facts(repeats=plan.repeats, **plan.options._asdict()))
    for name in plan.scenarios:
        scenario = scenarios.load(name)
        rows = {figure: Row(figure, title, scenario.TARGETS[figure]) for figure, title in scenario.TITLES.items()}
        out: set[str] = set()
        for repeat in range(plan.repeats):
            for peer in _peers(scenario, plan.peers):
                if peer in out:
                    continue
                began = time.monotonic()
                trial = attempt(name, peer, plan.options)
                _note(rows, peer, trial)
                if trial.trouble:
                    # It would only take as long again.
                    out.add(peer)
                took = time.monotonic() - began
                tell(f"{name} {repeat + 1}/{plan.repeats}: {peer}, {took:.1f} s {trial.trouble}".rstrip())
        results.rows.update(rows)
        finished(results)
    return results


def _peers(scenario: Scenario, chosen: Sequence[str]) -> list[str]:
    """Return the peers to measure: those of the scenario that are chosen, and what is no name but an import path."""
    if not chosen:
        return list(scenario.PEERS)
    return [peer for peer in scenario.PEERS if peer in chosen] + [peer for peer in chosen if ":" in peer]


def _note(rows: dict[str, Row], peer: str, trial: Trial) -> None:
    told = {figure.name: figure for figure in trial.figures}
    for name, row in rows.items():
        found = row.peers.setdefault(peer, Found())
        found.limit = trial.limit
        if name in told:
            figure = told[name]
            found.values.append(figure.value)
            found.parts.append(figure.parts)
            found.note = figure.note
        elif trial.trouble:
            found.trouble = "absent" if trial.absent else trial.trouble
        else:
            # It has nothing to say about this figure.
            del row.peers[peer]
