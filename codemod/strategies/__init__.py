"""Strategies: one consistent repair for a whole suite, chosen in the model before a line is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.model import Alternative, Applicability, Finding, Remedy, StrategyName
from codemod.operations import Operation, RemoveCallKeyword, RemoveHandler
from codemod.strategies.layouts import Candidate, free_engines, isolate, share, share_obstacle, valid_layout
from codemod.strategies.operations import CannotExpressError, operations
from codemod.strategies.overrides import Override, translated_overrides, without_use

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemod.analysis.crossings import Crossing
    from codemod.analysis.loops import Layout
    from codemod.analysis.suite import Suite
    from codemod.project.places import ConfigPlace

_COST = {
    "isolate": "new connections for each test: measured 8 to 12 times the time of a tiny query test on PostgreSQL",
    "share": "one loop for the whole run: never slower, but tests see tasks and state that earlier tests leave behind",
}
_LOOPS = {"isolate": "one per test", "share": "one per run"}
_REPAIRED_TOGETHER = ("LM201", "LM202", "LM203", "LM204", "LM400")
_OVERRIDE = "LM401"
_REMOVED_WITH_IT = ("LM602", "LM603")
_POSSIBLE = "LM205"
_FREE = "free the engines the application may use on many loops"
_PERHAPS = "loopmend cannot see whether the application really uses it in these tests"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was decided: the strategy, its remedies (none: nothing to do, or nothing complete), the roads not taken.

    ``layout`` is where the suite runs once the first remedy is applied, None where there is none.
    """

    strategy: str
    remedies: tuple[Remedy, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    reason: str = ""
    layout: Layout | None = None


@dataclass(frozen=True, slots=True)
class _Offer:
    """A strategy's best candidate as a remedy, or the reason why it has none."""

    name: str
    remedy: Remedy | None = None
    layout: Layout | None = None
    reason: str = ""

    @property
    def trust(self) -> int:
        return int(self.remedy.applicability) if self.remedy is not None else -1

    def alternative(self) -> Alternative:
        edits = len(self.remedy.operations) if self.remedy is not None else 0
        reason = self.reason or (self.remedy.condition if self.remedy is not None else "")
        return Alternative(self.name, self.remedy is not None, edits, _LOOPS[self.name], _COST[self.name], reason)


@dataclass(frozen=True, slots=True)
class _Case:
    """What every offer is made from."""

    suite: Suite
    config: ConfigPlace
    crossings: tuple[Crossing, ...]
    findings: tuple[Finding, ...]
    overrides: tuple[Override, ...] = ()

    @property
    def together(self) -> list[Override]:
        """Return the overrides that go with the loops of the suite: the wide ones, and those safe to change."""
        return [o for o in self.overrides if o.wide or o.decision.applicability is Applicability.SAFE]

    def ids(self, overrides: Iterable[Override]) -> set[str]:
        """Return the ids of the findings about some overrides."""
        places = {(o.fixture.key.path, o.fixture.key.qualname) for o in overrides if o.operations}
        return {f.id for f in self.findings if f.code == _OVERRIDE and (f.location.path, f.symbol) in places}

    def answered(self, edits: Iterable[Operation]) -> tuple[str, ...]:
        """Return the ids of all crossings, and of what hid or fed them where an edit removes it."""
        removed = {(e.path, e.span.line) for e in edits if isinstance(e, RemoveHandler | RemoveCallKeyword)}
        translated = self.ids(self.together)
        return tuple(
            f.id
            for f in self.findings
            if f.code in _REPAIRED_TOGETHER
            or f.id in translated
            or (f.code in _REMOVED_WITH_IT and (f.location.path, f.location.line) in removed)
        )


def choose(suite: Suite, strategy: StrategyName, config: ConfigPlace, findings: Iterable[Finding]) -> Choice:
    """Return the repair of ``suite`` under ``strategy``, and what could be repaired if the reader says it is real."""
    findings = tuple(findings)
    translation = suite.translation
    if translation is not None and translation.layout is None:
        return Choice("preserve", reason=f"nothing of the loops is changed: {translation.reason}")
    start = valid_layout(
        suite, suite.layout if translation is None or translation.layout is None else translation.layout
    )
    crossings = suite.diagnose(start).proven
    ending = translated_overrides(suite) if translation else without_use(suite) if crossings else []
    case = _Case(suite, config, crossings, findings, tuple(ending))
    if crossings and strategy is StrategyName.PRESERVE:
        return Choice(
            "preserve",
            reason="the suite's loops are not consistent: there is nothing to preserve; use auto, isolate or share",
        )
    offers = _offers(case, start, strategy)
    best = max(offers, key=lambda offer: offer.trust)
    others = tuple(o.alternative() for o in _all_offers(case, start, offers) if o is not best) if crossings else ()
    if best.remedy is None and crossings:
        return Choice(strategy.value, (), others, "; ".join(f"{o.name}: {o.reason}" for o in offers))
    possible = _possible(case, best.layout or start, strategy, tuple(f.id for f in findings if f.code == _POSSIBLE))
    remedies = tuple(r for r in (best.remedy, possible, *_unsafe_overrides(case)) if r is not None)
    return Choice(best.name, remedies, others, layout=best.layout)


def _offers(case: _Case, start: Layout, strategy: StrategyName) -> list[_Offer]:
    """Return what the strategy may choose from, in the order of preference."""
    if not case.crossings:
        return [_preserve(case, start)]
    names = ["isolate", "share"] if strategy is StrategyName.AUTO else [strategy.value]
    return [_ask(case, start, name) for name in names]


def _all_offers(case: _Case, start: Layout, offers: list[_Offer]) -> list[_Offer]:
    made = {offer.name for offer in offers}
    return [*offers, *(_ask(case, start, name) for name in ("isolate", "share") if name not in made)]


def _ask(case: _Case, start: Layout, name: str) -> _Offer:
    if name == "isolate":
        return _offer(case, name, isolate(case.suite, start))
    obstacle = share_obstacle(case.suite)
    return _Offer(name, reason=obstacle) if obstacle else _offer(case, name, share(case.suite, start))


def _preserve(case: _Case, start: Layout) -> _Offer:
    if start == case.suite.layout and not case.together:
        return _Offer("preserve")
    title = "give fixtures that outlive their loop a loop as wide"
    if case.suite.translation is not None:
        title = f"keep on {case.suite.target} who shares a loop on {case.suite.version}"
    return _offer(case, "preserve", [Candidate("preserve", start, Applicability.SAFE, title)])


def _unsafe_overrides(case: _Case) -> list[Remedy]:
    """Return a remedy for each override of one test's loop that may only be changed with ``--unsafe``."""
    found = []
    for override in case.overrides:
        if override not in case.together and override.operations:
            ids = tuple(case.ids([override]))
            decision = override.decision
            title = "keep what `event_loop` sets up, without its loop"
            found.append(Remedy(title, _OVERRIDE, decision.applicability, override.operations, ids, decision.reason))
    return found


def _offer(case: _Case, name: str, candidates: Iterable[Candidate]) -> _Offer:
    """Return the first safe candidate that can be written down, else the first that can be at all."""
    best = _Offer(name, reason="no layout of loops repairs every crossing")
    for candidate in candidates:
        try:
            remedy = _remedy(case, candidate)
        except CannotExpressError as obstacle:
            best = best if best.remedy is not None else _Offer(name, reason=str(obstacle))
            continue
        if remedy.applicability > best.trust:
            best = _Offer(name, remedy, candidate.layout)
        if remedy.applicability is Applicability.SAFE:
            break
    return best


def _remedy(case: _Case, candidate: Candidate) -> Remedy:
    edits = operations(case.suite, candidate.layout, case.config, case.crossings)
    applicability, condition = candidate.applicability, candidate.condition
    if case.suite.translation is not None and case.suite.translation.doubt:
        applicability, condition = min(applicability, Applicability.UNSAFE), case.suite.translation.doubt
    for override in case.together:
        edits += override.operations
        if override.decision.applicability < applicability:
            applicability, condition = override.decision.applicability, override.decision.reason
    found = case.suite.diagnose(candidate.layout)
    known, models = case.suite.fixtures(), case.suite.planned
    # Who shares a loop does not depend on how long a fixture without a loop lives.
    unknown = [
        key
        for key in found.unknown
        if case.crossings or any(model.runs_on_loop(case.suite.graph, known[key]) for model in models)
    ]
    if names := [key.qualname for key in unknown] + list(found.unknown_tests):
        applicability = min(applicability, Applicability.UNSAFE)
        condition = (
            condition or f"the scope of `{names[0]}` is computed while the suite runs, so its loop cannot be known"
        )
    owned = any(c.made.owner is not None for c in case.crossings)
    other = "LM203" if case.suite.translation is None else "LM400"
    code = ("LM201" if owned else "LM202") if case.crossings else other
    title = f"{candidate.name}: {candidate.title}" if case.crossings else candidate.title
    return Remedy(title, code, applicability, edits, case.answered(edits), condition)


def _possible(case: _Case, layout: Layout, strategy: StrategyName, findings: tuple[str, ...]) -> Remedy | None:
    """Return the cure of crossings that only happen if the application takes a certain way (unsafe: it may never)."""
    suite = case.suite
    crossings = suite.diagnose(layout).possible
    if not crossings:
        return None
    freed = Candidate("", free_engines(suite, layout, crossings), Applicability.UNSAFE, _FREE)
    asked = strategy is StrategyName.SHARE
    # One client of the application is no reason to change every test's loop, unless that is what was asked for.
    may_share = (asked or any(c.made.owner is not None for c in crossings)) and not share_obstacle(suite)
    shared = [c for c in share(suite, layout) if not suite.diagnose(c.layout).possible] if may_share else []
    choices = [*shared, freed] if asked else [freed, *shared]
    for choice in choices:
        if choice.layout != layout and (edits := _more(case, layout, choice.layout)):
            return Remedy(choice.title, _POSSIBLE, Applicability.UNSAFE, edits, findings, _PERHAPS)
    return None


def _more(case: _Case, layout: Layout, wanted: Layout) -> tuple[Operation, ...]:
    """Return the edits that ``wanted`` needs beyond those of ``layout``, none where they cannot be made."""
    try:
        already = set(operations(case.suite, layout, case.config, ()))
        return tuple(op for op in operations(case.suite, wanted, case.config, ()) if op not in already)
    except CannotExpressError:
        return ()
