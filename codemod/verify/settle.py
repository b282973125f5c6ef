"""From a change to what is left of it: what makes the suite worse is sought and withdrawn, and the rest tried again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemod.evidence import RolledBack
from codemod.verify.blame import TooManyRunsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemod.model import ProjectReport, Remedy
    from codemod.verify.trials import Trial, Trials

_PINS = "LM501"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Settled:
    """The state that is left, what was withdrawn on the way to it, and what got worse without being anyone's fault."""

    trial: Trial
    rolled_back: tuple[RolledBack, ...] = ()
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
        guilty = {remedy: tuple(sorted(broke)) or (without,) for remedy, broke in blame.guilty}
        left = trials.without([(remedy, _reason(why)) for remedy, why in guilty.items()])
        rest = trials.of(left)
        if rest.broken - blame.unblamed:
            rest = trials.confirmed(rest)
    except TooManyRunsError as error:
        return _all_withdrawn(trials, trial, {}, f"{error} before it was known what is to blame")
    if not left.changes or _stays_behind(report, left) or rest.broken - blame.unblamed:
        return _all_withdrawn(trials, trial, guilty, without)
    rolled_back = tuple(RolledBack(remedy.code, remedy.title, why) for remedy, why in guilty.items())
    return Settled(rest, rolled_back, listed(blame.unblamed))


def listed(names: Iterable[str]) -> str:
    """Return names in order, the first few in full."""
    found = sorted(names)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"{', '.join(found[:_SHOWN])}{more}"


def _reason(why: Iterable[str]) -> str:
    return f"withdrawn: the suite got worse: {listed(why)}"


def _stays_behind(before: ProjectReport, left: ProjectReport) -> bool:
    """Tell whether the requirements no longer go up, without which the rest is for a version that is not there."""
    return _PINS in {r.code for r in before.remedies} and _PINS not in {r.code for r in left.remedies}


def _all_withdrawn(trials: Trials, trial: Trial, guilty: Mapping[Remedy, tuple[str, ...]], reason: str) -> Settled:
    """Return that nothing is left: the ``guilty`` go for what they broke, the others for ``reason``."""
    broke = {remedy: guilty.get(remedy, (reason,)) for remedy in trial.report.remedies}
    nothing = trials.without([(remedy, _reason(why)) for remedy, why in broke.items()])
    rolled_back = tuple(RolledBack(remedy.code, remedy.title, why) for remedy, why in broke.items())
    # Whatever the analysis makes of it: what has not been run is not applied.
    return Settled(replace(trial, report=replace(nothing, remedies=(), changes=())), rolled_back)
