"""``--strategy best``: run the suite under every strategy that changes something, and keep the one that does best.

Best is: nothing worse than before, most tests passing, then the fastest (times within a fifth or half a second of each
other are equal, for no machine measures better), then the smallest diff.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemod.evidence import Tried
from codemod.model import StrategyName
from codemod.pipeline import analyse
from codemod.source.diff import stat
from codemod.verify.blame import TooManyRunsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from codemod.model import ProjectReport
    from codemod.project.settings import Settings
    from codemod.verify.trials import Trial, Trials

_ALIKE_TIMES, _ALIKE_SECONDS = 1.2, 0.5
"""Times that differ by no more than this ratio, or by no more than so many seconds, are taken as equal."""


@dataclass(frozen=True, slots=True)
class Contest:
    """The trials under the strategy that won, its report, and what was tried, in the order of the strategies."""

    trials: Trials
    report: ProjectReport
    tried: tuple[Tried, ...]


def best(folder: Path, settings: Settings, begin: Callable[[Settings], Trials]) -> Contest:
    """Return the strategy with the best evidence; that of ``settings`` where no other one can be run.

    ``begin`` gives the trials under some settings; all of them count towards one limit of runs.
    """
    fields: dict[StrategyName, Trial] = {}
    trials: dict[StrategyName, Trials] = {}
    tried: dict[StrategyName, Tried] = {}
    for name in (one for one in StrategyName if one is not StrategyName.AUTO):
        report = analyse(folder, replace(settings, strategy=name))
        lines = sum(stat(report.changes)[1:])
        twin = next((other for other, trial in fields.items() if trial.report.changes == report.changes), None)
        if not report.changes or twin is not None:
            reason = f"makes the same changes as {twin}" if twin is not None else "cannot be used here"
            tried[name] = Tried(name, None, None, lines, "", False, reason)
            continue
        trials[name] = begin(replace(settings, strategy=name))
        try:
            trial = trials[name].of(report, name)
        except TooManyRunsError:
            tried[name] = Tried(name, None, None, lines, "", False, "not run: the limit of runs was reached")
            continue
        fields[name] = trial
        verdict = "worse" if trial.broken else "not worse"
        tried[name] = Tried(name, trial.run.passed, _seconds(trial), lines, verdict, False)
    winner = _winner(fields)
    if winner is None:
        return Contest(begin(settings), analyse(folder, settings), tuple(tried.values()))
    tried[winner] = replace(tried[winner], chosen=True, reason=_why(winner, fields))
    return Contest(trials[winner], fields[winner].report, tuple(tried.values()))


def _winner(fields: dict[StrategyName, Trial]) -> StrategyName | None:
    """Return the name that stays when each criterion in turn keeps only the best."""
    left = list(fields)
    for criterion in (_not_worse, _most_passing, _fastest, _smallest):
        left = criterion({name: fields[name] for name in left}) if left else left
    return left[0] if left else None


def _not_worse(fields: dict[StrategyName, Trial]) -> list[StrategyName]:
    return [name for name, trial in fields.items() if not trial.broken] or list(fields)


def _most_passing(fields: dict[StrategyName, Trial]) -> list[StrategyName]:
    most = max(trial.run.passed for trial in fields.values())
    return [name for name, trial in fields.items() if trial.run.passed == most]


def _fastest(fields: dict[StrategyName, Trial]) -> list[StrategyName]:
    least = min(_seconds(trial) for trial in fields.values())
    most = max(least * _ALIKE_TIMES, least + _ALIKE_SECONDS)
    return [name for name, trial in fields.items() if _seconds(trial) <= most]


def _smallest(fields: dict[StrategyName, Trial]) -> list[StrategyName]:
    return sorted(fields, key=lambda name: sum(stat(fields[name].report.changes)[1:]))


def _why(winner: StrategyName, fields: dict[StrategyName, Trial]) -> str:
    """Return which criterion decided."""
    left = set(fields)
    for criterion, words in ((_not_worse, "breaks nothing"), (_most_passing, "most tests pass"), (_fastest, "fastest")):
        kept = set(criterion({name: fields[name] for name in fields if name in left}))
        if kept == {winner} and left != kept:
            return words
        left = kept
    return "smallest diff" if len(left) > 1 else "the only one"


def _seconds(trial: Trial) -> float:
    return sum(test.seconds for test in trial.run.tests)
