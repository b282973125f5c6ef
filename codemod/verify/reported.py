"""The lines of a bug report about a loop that was predicted wrongly: what it takes to write such a suite anew.

They hold names, scopes, marks and the order of tests, and nothing else of the project.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.analysis.legacy_facts import EVENT_LOOP
from codemod.project.places import FIXTURE_OPTION, TEST_OPTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from codemod.analysis.facts import MarkFacts
    from codemod.analysis.link import Linked
    from codemod.analysis.resolve import FixtureDef, FixtureKey
    from codemod.analysis.suite import Suite

_EARLIER = 5
"""Tests shown of those that ran before."""

_UNASKED = (EVENT_LOOP, "event_loop_policy")
_TOLD = ("asyncio", "usefixtures", "parametrize")
"""Marks whose arguments are shown."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A suite, its tests in the order in which one process ran them, and lines about the loops of some of them."""

    suite: Suite
    order: Sequence[Linked] = ()
    loops: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def lines(self, *items: str) -> Iterator[str]:
        """Yield what decides about the loops of some tests, by their ids."""
        yield from self.options()
        places = {one.item.id: place for place, one in enumerate(self.order)}
        shown: set[FixtureKey] = set()
        for place in sorted(places[item] for item in {*items}):
            one = self.order[place]
            yield from self._item(place)
            yield from (f"  {line}" for line in self.loops.get(one.item.id, ()))
            fixtures = self._fixtures(one)
            yield from (self._fixture(fixture, one) for fixture in fixtures if fixture.key not in shown)
            shown |= {fixture.key for fixture in fixtures}

    def options(self) -> Iterator[str]:
        """Yield what decides about the loops of the whole suite."""
        yield f"predicted for pytest-asyncio {self.suite.version}, asyncio mode {self.suite.graph.mode}"
        for name in ("asyncio_mode", FIXTURE_OPTION, TEST_OPTION):
            option = self.suite.config.options[name]
            yield f"{name} = {option.value} ({option.origin})" if option.value is not None else f"{name} is not set"
        if (hook := self.suite.layout.hook) is not None:
            where = "in front" if hook.first else "behind"
            yield f"pytest_collection_modifyitems adds asyncio(loop_scope={hook.loop_scope}) {where} of other marks"

    # --- tests ---

    def _item(self, place: int) -> Iterator[str]:
        item = self.order[place].item
        kind = "async" if item.function.is_async else "sync"
        yield f"{kind} test {item.id} ({item.kind}){_needing(self._names(self.order[place], None))}"
        definition = "::".join((item.owner, *item.function.qualname.split(".")))
        if definition != item.id:
            yield f"  defined as {definition}"
        yield from (f"  {_mark(mark)}" for mark in item.marks)
        earlier = ", ".join(other.item.id for other in self.order[max(0, place - _EARLIER) : place])
        before = f", after {earlier}" if earlier else ""
        yield f"  runs as number {place + 1} of its process{before}"

    # --- fixtures ---

    def _fixtures(self, one: Linked) -> list[FixtureDef]:
        """Return the fixtures of a test, with those that pytest-asyncio gets its loops from unasked."""
        visible = [fixture for name in _UNASKED for fixture in self.suite.graph.visible(name, one.item)]
        found = {fixture.key: fixture for fixture in (*visible, *one.fixtures.values())}
        return sorted(found.values(), key=lambda fixture: (fixture.key.path, fixture.key.qualname))

    def _fixture(self, fixture: FixtureDef, one: Linked) -> str:
        decl = fixture.decl
        given = {
            "name": decl.name if decl.name != fixture.function.name else None,
            "scope": decl.scope,
            "loop_scope": decl.loop_scope,
            "autouse": True if decl.autouse else None,
            "params": "…" if decl.params else None,
        }
        keywords = ", ".join(f"{key}={value}" for key, value in given.items() if value is not None)
        kind = "async" if fixture.function.is_async else "sync"
        kind += " generator" if fixture.function.flow.outcome.yields else ""
        made = f"{decl.factory}.fixture({keywords})"
        needing = _needing(self._names(one, fixture.key))
        first = next((other.item.id for other in self.order if fixture.key in other.fixtures), one.item.id)
        wide = decl.scope not in (None, "function") and first != one.item.id
        since = f", first for {first}" if wide else ""
        return f"{kind} fixture {fixture.key.path}::{fixture.key.qualname} by {made}{needing}{since}"

    def _names(self, one: Linked, key: FixtureKey | None) -> list[str]:
        return [f"{need.path}::{need.qualname}" for need in one.needs.get(key, ())]


def _needing(names: Iterable[str]) -> str:
    listed = ", ".join(dict.fromkeys(names))
    return f" needs {listed}" if listed else ""


def _mark(mark: MarkFacts) -> str:
    """Return a mark with its place; the arguments of marks that have nothing to do with loops are the project's own."""
    scope = [f"{mark.keyword or 'loop_scope'}={mark.loop_scope}"] if mark.loop_scope is not None else []
    told = f"({', '.join((*mark.args, *scope))})" if mark.name in _TOLD else ""
    return f"mark {mark.name}{told} at {mark.path}:{mark.span.line}"
