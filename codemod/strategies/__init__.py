"""Strategies: one consistent repair for a whole suite, chosen in the model before a line is changed (DESIGN, Strategies)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from codemod.analysis.crossings import Crossing
from codemod.analysis.suite import Suite
from codemod.model import Alternative, Applicability, Finding, Remedy, StrategyName
from codemod.strategies.layouts import Candidate, isolate, share, share_obstacle, valid_layout
from codemod.strategies.operations import CannotExpress, ConfigPlace, operations

_COST = {
    "isolate": "a new loop and new connections for each test: measured 8 to 12 times the time of a tiny query test on PostgreSQL",
    "share": "one loop for the whole run: never slower, but tests see tasks and state that earlier tests leave behind",
}
_LOOPS = {"isolate": "one per test", "share": "one per run"}
CROSSING_CODES = ("LM201", "LM202", "LM203", "LM204", "LM602")


@dataclass(frozen=True, slots=True)
class Choice:
    """What was decided: the strategy's name, its remedy (None: nothing to do, or nothing complete), and the roads not taken."""

    strategy: str
    remedy: Remedy | None = None
    alternatives: tuple[Alternative, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A strategy's best candidate as a remedy, or the reason why it has none."""

    name: str
    remedy: Remedy | None
    reason: str = ""

    def alternative(self) -> Alternative:
        edits = len(self.remedy.operations) if self.remedy is not None else 0
        reason = self.reason or (self.remedy.condition if self.remedy is not None else "")
        return Alternative(self.name, self.remedy is not None, edits, _LOOPS[self.name], _COST[self.name], reason)


def choose(suite: Suite, strategy: StrategyName, config: ConfigPlace, findings: Iterable[Finding]) -> Choice:
    """Return the repair of ``suite`` under ``strategy``."""
    ids = tuple(f.id for f in findings if f.code in CROSSING_CODES)
    start = valid_layout(suite)
    crossings = suite.diagnose(start).proven
    if not crossings:
        own = Candidate("preserve", start, Applicability.SAFE, "give fixtures that outlive their loop a loop as wide")
        remedy = _offer(suite, "preserve", [own], config, (), ids).remedy if start != suite.layout else None
        return Choice("preserve", remedy)
    if strategy is StrategyName.PRESERVE:
        return Choice("preserve", reason="the suite's loops are not consistent: there is nothing to preserve; use auto, isolate or share")
    obstacle = share_obstacle(suite)
    offers = {
        "isolate": _offer(suite, "isolate", isolate(suite, start), config, crossings, ids),
        "share": _Offer("share", None, obstacle) if obstacle else _offer(suite, "share", share(suite, start), config, crossings, ids),
    }
    return _decide(offers, strategy)


def _decide(offers: dict[str, _Offer], strategy: StrategyName) -> Choice:
    order = ["isolate", "share"] if strategy is StrategyName.AUTO else [strategy.value]
    ranked = sorted((name for name in order if offers[name].remedy is not None), key=lambda n: -_trust(offers[n]))
    if not ranked:
        reason = "; ".join(f"{name}: {offers[name].reason}" for name in order)
        return Choice(strategy.value, None, tuple(o.alternative() for o in offers.values()), reason)
    best = offers[ranked[0]]
    others = tuple(o.alternative() for o in offers.values() if o is not best)
    return Choice(best.name, best.remedy, others)


def _trust(offer: _Offer) -> int:
    return int(offer.remedy.applicability) if offer.remedy is not None else -1


def _offer(
    suite: Suite, name: str, candidates: Iterable[Candidate], config: ConfigPlace, crossings: tuple[Crossing, ...], ids: tuple[str, ...]
) -> _Offer:
    """Return the first safe candidate that can be written down, else the first that can be at all."""
    second: Remedy | None = None
    reason = "no layout of loops repairs every crossing"
    for candidate in candidates:
        try:
            remedy = _remedy(suite, candidate, config, crossings, ids)
        except CannotExpress as obstacle:
            reason = str(obstacle)
            continue
        if remedy.applicability is Applicability.SAFE:
            return _Offer(name, remedy)
        second = second or remedy
    return _Offer(name, second, "" if second is not None else reason)


def _remedy(
    suite: Suite, candidate: Candidate, config: ConfigPlace, crossings: tuple[Crossing, ...], ids: tuple[str, ...]
) -> Remedy:
    edits = operations(suite, candidate.layout, config, crossings)
    applicability, condition = candidate.applicability, candidate.condition
    found = suite.diagnose(candidate.layout)
    if found.unknown or found.unknown_tests:
        names = [key.qualname for key in found.unknown] + list(found.unknown_tests)
        applicability = min(applicability, Applicability.UNSAFE)
        condition = condition or f"the scope of `{names[0]}` is computed while the suite runs, so its loop cannot be known"
    code = crossings and ("LM201" if any(c.made.owner is not None for c in crossings) else "LM202") or "LM203"
    return Remedy(f"{candidate.name}: {candidate.title}" if crossings else candidate.title, code, applicability, edits, ids, condition)


