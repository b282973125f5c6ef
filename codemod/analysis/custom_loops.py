"""Overrides of `event_loop` that make loops of another kind (uvloop, a simulated clock), and what takes their place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.analysis.event_loop import Decision, is_hoisted, override_decision, overrides
from codemod.analysis.legacy_facts import EVENT_LOOP
from codemod.analysis.loop_factories import DEFAULT, Factory, LoopFactoryError, Wish, operations
from codemod.analysis.policies import hook_doubt, path_of
from codemod.analysis.resolve import PLUGINS
from codemod.model import Applicability

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemod.analysis.resolve import FixtureDef, FixtureKey
    from codemod.analysis.suite import Suite
    from codemod.operations import Operation


@dataclass(frozen=True, slots=True)
class CustomLoops:
    """The edits that make the loops of all such overrides, or why there are none, or why to trust them less."""

    factories: Mapping[FixtureKey, str] = field(default_factory=dict)
    operations: tuple[Operation, ...] = ()
    obstacle: str = ""
    doubt: str = ""

    def judged(self, fixture: FixtureDef, decision: Decision) -> Decision:
        """Return what becomes of an override, given what can be done about the kind of its loop."""
        if fixture.key not in self.factories or decision.action == "keep":
            return decision
        if self.obstacle:
            reason = f"its loops are made by `{self.factories[fixture.key]}`, and {self.obstacle}"
            return Decision("keep", Applicability.DISPLAY, reason)
        if self.doubt and decision.applicability is Applicability.SAFE:
            return Decision(decision.action, Applicability.UNSAFE, self.doubt)
        return decision

    def says(self, fixture: FixtureDef) -> str:
        """Return what becomes of an override that makes loops of another kind, "" for others."""
        factory = self.factories.get(fixture.key)
        if factory is None or self.obstacle:
            return ""
        return f"`{factory}` goes into a hook, pytest_asyncio_loop_factories"


def decisions(suite: Suite) -> Mapping[FixtureDef, Decision]:
    """Return what becomes of each override on the way to 1.0, the kind of its loop considered."""
    return suite.once("override decisions", _decisions)


def _decisions(suite: Suite) -> Mapping[FixtureDef, Decision]:
    loops = custom_loops(suite)
    return {fixture: loops.judged(fixture, override_decision(suite, fixture)) for fixture in overrides(suite)}


def custom_loops(suite: Suite) -> CustomLoops:
    """Return how the loops of the overrides are made without them; all of them together, because hooks are shared."""
    return suite.once("custom loops", _custom_loops)


def _custom_loops(suite: Suite) -> CustomLoops:
    made = {f.key: f for f in overrides(suite) if _factory(f) and not is_hoisted(suite, f)}
    if not made:
        return CustomLoops()
    factories = {key: _factory(fixture) for key, fixture in made.items()}
    places = [(base, f) for base, f in suite.graph.registrations.get(EVENT_LOOP, ()) if not f.function.is_async]
    custom = {base for base, fixture in places if fixture.key in made}
    try:
        wishes = [
            Wish(path_of(base), (_wish(suite, fixture),), base.partition("::")[2])
            for base, fixture in places
            if fixture.key in made or any(other != base and base.startswith(other) for other in custom)
        ]
        edits = operations(wishes, suite.workspace, suite.target)
    except LoopFactoryError as error:
        return CustomLoops(factories, obstacle=str(error))
    return CustomLoops(factories, edits, doubt=hook_doubt(suite, custom, len(wishes)))


def _factory(fixture: FixtureDef) -> str:
    legacy = fixture.function.legacy
    return legacy.body.factory if legacy is not None and legacy.body is not None else ""


def _wish(suite: Suite, fixture: FixtureDef) -> Factory:
    """Return the factory of an override with the import its name comes from; of a plain one asyncio's."""
    expression = _factory(fixture)
    if not expression:
        return DEFAULT
    if any(base == PLUGINS and found == fixture for base, found in suite.graph.registrations[EVENT_LOOP]):
        raise LoopFactoryError("it belongs to a plugin")
    facts = suite.workspace.module(fixture.key.path)
    root = expression.removeprefix("lambda: ").partition(".")[0].partition("(")[0]
    dotted = facts.imports.get(root, "") if facts is not None else ""
    if not dotted:
        return Factory(expression)
    module, _, name = dotted.rpartition(".")
    if dotted == root:
        return Factory(expression, ((root, None),))
    if name != root:
        raise LoopFactoryError(f"`{root}` is imported under another name")
    return Factory(expression, ((module, name),))
