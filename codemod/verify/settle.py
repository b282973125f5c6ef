"""From a change to what is left of it: what makes the suite worse is sought and withdrawn, and the rest tried again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemod.evidence import RolledBack
from codemod.verify.blame import TooManyRunsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemod.model import ProjectReport, Remedy
    from codemod.verify.trials import Trial, Trials, Withdrawn

_PINS = "LM501"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Settled:
    """The state that is left, what was withdrawn on the way to it, and what got worse without being anyone's fault."""

    trial: Trial
    rolled_back: tuple[RolledBack, ...] = ()
    withdrawn: Withdrawn = ()
    blamed: str = ""


def settle(trials: Trials, report: ProjectReport) -> Settled:
    """Return the whole change where it holds, else what is left of it without the remedies that break something.

    Where nothing is left, the trial is that of the whole change, with a report that changes nothing. Raises
    TooManyRunsError where not even the whole change can be tried.
    """
    trial = trials.of(report)
    try:
        trial = trials.confirmed(trial)
        if not trial.broken:
            return Settled(trial)
        blame = trials.blame(trial)
        if not blame.guilty:
            return Settled(trial, blamed=listed(blame.unblamed))
        without = f"does not hold without {listed({remedy.code for remedy, broke in blame.guilty if broke})}"
        guilty = {remedy: tuple(sorted(broke)) for remedy, broke in blame.guilty}
        left = trials.without(_withdrawn(guilty, without))
        rest = trials.of(left)
        if rest.broken.keys() - blame.unblamed:
            rest = trials.confirmed(rest)
    except TooManyRunsError as error:
        return _nothing_left(trials, trial, {}, f"{error} before it was known what is to blame")
    if not left.changes or _stays_behind(report, left) or rest.broken.keys() - blame.unblamed:
        return _nothing_left(trials, trial, guilty, without)
    return Settled(rest, _rolled_back(guilty, without), _withdrawn(guilty, without), listed(blame.unblamed))


def listed(names: Iterable[str]) -> str:
    """Return names in order, the first few in full."""
    found = sorted(names)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"{', '.join(found[:_SHOWN])}{more}"


def _stays_behind(before: ProjectReport, left: ProjectReport) -> bool:
    """Tell whether the requirements no longer go up, without which the rest is for a version that is not there."""
    return _PINS in {r.code for r in before.remedies} and _PINS not in {r.code for r in left.remedies}


def _nothing_left(trials: Trials, trial: Trial, guilty: Mapping[Remedy, tuple[str, ...]], reason: str) -> Settled:
    """Return that all goes: the ``guilty`` for what they broke, the others for ``reason``."""
    broke = {remedy: guilty.get(remedy, ()) for remedy in trial.report.remedies}
    withdrawn = _withdrawn(broke, reason)
    # Whatever the analysis makes of it: what has not been run is not applied.
    report = replace(trials.without(withdrawn), remedies=(), changes=())
    return Settled(replace(trial, report=report), _rolled_back(broke, reason), withdrawn)


def _rolled_back(broke: Mapping[Remedy, tuple[str, ...]], otherwise: str) -> tuple[RolledBack, ...]:
    return tuple(RolledBack(remedy.code, remedy.title, tests or (otherwise,)) for remedy, tests in broke.items())


def _withdrawn(broke: Mapping[Remedy, tuple[str, ...]], otherwise: str) -> Withdrawn:
    """Return the remedies with what is said of them in the report."""
    return tuple(
        (remedy, f"withdrawn: the suite got worse with it: {listed(tests)}" if tests else f"withdrawn: {otherwise}")
        for remedy, tests in broke.items()
    )
