"""Which resources meet more than one loop under a layout, and which fixtures pytest would refuse (ScopeMismatch).

This is a simulation of the run: every item gets its instances of every fixture in its closure; each use of a
resource happens on the loop of the function that uses it. A resource crosses when one instance of it meets two
different loops. Names of loops are not compared, loops are (SEMANTICS §0.4).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.analysis.placement import LoopKey, LoopRef, Placement, Refusal, cache_key
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemod.analysis.held import Made, Summary, Usage
    from codemod.analysis.link import Linked
    from codemod.analysis.loops import Layout, LoopModel
    from codemod.analysis.resolve import FixtureDef, FixtureKey, Graph, Item


@dataclass(frozen=True, slots=True)
class Event:
    """One meeting of a resource and a loop: its creation (``usage`` None) or a use, by a fixture or by the test."""

    loop: LoopKey
    user: FixtureKey | None
    item: Item
    usage: Usage | None


@dataclass(frozen=True, slots=True)
class Crossing:
    """A resource that meets several loops.

    ``events`` has the first meeting per user and loop scope, ``items`` all tests, ``tests`` how many of them use the
    resource themselves on a loop of each scope.
    """

    made: Made
    events: tuple[Event, ...]
    items: tuple[str, ...]
    certain: bool = True
    tests: Mapping[str, int] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Tell whether the knowledge base is sure that the resource is bound when it crosses."""
        return self.made.bound in ("creation", "first-use")

    @property
    def proven(self) -> bool:
        """Tell whether a known resource meets several loops in uses that certainly happen."""
        return self.known and self.certain

    @property
    def foreign(self) -> bool:
        """Tell whether one of the loops is not pytest-asyncio's (TestClient, asyncio.run, IsolatedAsyncioTestCase)."""
        return any(event.loop[0] == "foreign" for event in self.events)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A ScopeMismatch: a fixture's loop is narrower than its cache scope, or it asks for a narrower fixture."""

    fixture: FixtureDef
    item: Item
    needs: FixtureDef | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that is wrong with a suite under one layout."""

    crossings: tuple[Crossing, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    unknown: tuple[FixtureKey, ...] = ()
    unknown_tests: tuple[str, ...] = ()
    refusals: tuple[tuple[Item, Refusal], ...] = ()

    @property
    def proven(self) -> tuple[Crossing, ...]:
        """Return the crossings over known resources that certainly happen."""
        return tuple(c for c in self.crossings if c.proven)

    @property
    def possible(self) -> tuple[Crossing, ...]:
        """Return the crossings over known resources that happen if the application takes a certain way."""
        return tuple(c for c in self.crossings if c.known and not c.certain)


def diagnose(graph: Graph, linked: Iterable[Linked], layout: Layout, model: LoopModel) -> Diagnosis:
    """Simulate the run under ``layout`` and return what goes wrong."""
    simulation = _Simulation(graph, layout, model)
    for one in linked:
        simulation.item(one)
    return simulation.diagnosis()


def new_mismatches(before: Diagnosis, after: Diagnosis) -> list[Mismatch]:
    """Return what pytest refuses ``after`` a change, but for fixtures that no choice of loops can help."""
    hopeless = {mismatch.fixture.key for mismatch in before.mismatches if mismatch.needs is not None}
    return [mismatch for mismatch in after.mismatches if mismatch.fixture.key not in hopeless]


@dataclass(slots=True)
class _Simulation:
    graph: Graph
    layout: Layout
    model: LoopModel
    meetings: dict[tuple[object, ...], dict[LoopKey, list[Event]]] = field(default_factory=dict)
    made: dict[tuple[object, ...], Made] = field(default_factory=dict)
    mismatches: dict[tuple[FixtureKey, FixtureKey | None], Mismatch] = field(default_factory=dict)
    unknown: dict[FixtureKey, None] = field(default_factory=dict)
    unknown_tests: dict[str, None] = field(default_factory=dict)
    refusals: list[tuple[Item, Refusal]] = field(default_factory=list)
    bound: dict[tuple[object, ...], LoopKey] = field(default_factory=dict)

    def item(self, linked: Linked) -> None:
        placement = self.model.place(self.graph, linked, self.layout)
        self.unknown.update(dict.fromkeys(placement.unknown))
        if placement.unknown_test:
            self.unknown_tests[linked.item.id] = None
        self.refusals.extend((linked.item, refusal) for refusal in placement.refusals)
        if self._refused(linked, placement) or placement.refusals:
            return
        refreshed = self._refreshed(linked)
        for copy in range(linked.item.copies):
            for key, summary in linked.summaries.items():
                ref = placement.test_loop if key is None else placement.loops.get(key)
                loop = self._loop(linked, key, ref, copy) if ref is not None else None
                self._function(linked, key, summary, loop, copy, refreshed)

    def _loop(self, linked: Linked, key: FixtureKey | None, ref: LoopRef, copy: int) -> LoopKey:
        """Return the loop of a test or of a fixture instance, which is that of the first test that needs it."""
        loop = ref.key(linked.item, copy)
        scope = self.layout.cache_scope(linked.fixtures[key]) if key is not None else None
        if scope is None:
            return loop
        return self.bound.setdefault((key, *cache_key(scope, linked.item, copy)), loop)

    def _function(
        self,
        linked: Linked,
        key: FixtureKey | None,
        summary: Summary,
        loop: LoopKey | None,
        copy: int,
        refreshed: frozenset[Made],
    ) -> None:
        item = linked.item
        if key is None and item.kind == "isolated":
            loop = ("foreign", item.id, str(copy))
        for made in summary.made:
            if made.owner == key and loop is not None and made.bound == "creation":
                self._meet(linked, made, Event(loop, key, item, None), copy, refreshed)
        for usage in summary.usages:
            where = ("foreign", item.id, str(copy), usage.foreign) if usage.foreign else loop
            if where is not None and _counts(usage):
                self._meet(linked, usage.made, Event(where, key, item, usage), copy, refreshed)

    def _meet(self, linked: Linked, made: Made, event: Event, copy: int, refreshed: frozenset[Made]) -> None:
        if made.bound == "never" or made.site in self.layout.freed or made.in_test:
            return
        instance = (made, *self._instance(linked, made, copy, refreshed))
        self.made[instance] = made
        self.meetings.setdefault(instance, {}).setdefault(event.loop, []).append(event)

    def _instance(self, linked: Linked, made: Made, copy: int, refreshed: frozenset[Made]) -> tuple[str, ...]:
        """Return what tells this instance of ``made`` from the others of the run."""
        if made in refreshed or made.site in self.layout.disposed:
            return cache_key(Scope.FUNCTION, linked.item, copy)
        owner = linked.fixtures.get(made.owner) if made.owner is not None else None
        scope = self.layout.cache_scope(owner) if owner is not None else Scope.SESSION
        # A computed scope may be anything; the narrowest claims nothing.
        return cache_key(scope if scope is not None else Scope.FUNCTION, linked.item, copy)

    def _refreshed(self, linked: Linked) -> frozenset[Made]:
        """Return the resources that this item starts afresh with.

        A function-scoped fixture of it closes them, or it opens them itself (``async with database:``).
        """
        found = set()
        for key, summary in linked.summaries.items():
            fixture = linked.fixtures.get(key) if key is not None else None
            if fixture is not None and self.layout.cache_scope(fixture) is Scope.FUNCTION:
                found |= {u.made for u in summary.usages if u.closing and u.use.teardown and u.made.resource.pooled}
            elif key is None and linked.item.kind == "isolated":
                found |= {u.made for u in summary.usages if u.closing and u.made.resource.pooled}
            if fixture is None or self.layout.cache_scope(fixture) is Scope.FUNCTION:
                found |= {u.made for u in summary.usages if u.use.entered and u.made.resource.reopens}
        return frozenset(found)

    def _refused(self, linked: Linked, placement: Placement) -> bool:
        """Note every ScopeMismatch of an item and tell whether there is one: such an item never uses anything."""
        found = False
        for key, fixture in linked.fixtures.items():
            cache = self.layout.cache_scope(fixture)
            if cache is None:
                self.unknown[key] = None
                continue
            loop = placement.fixtures.get(key)
            if loop is not None and loop < cache:
                found = True
                self.mismatches.setdefault((key, None), Mismatch(fixture, linked.item))
            for dependency in linked.needs[key]:
                below = self.layout.cache_scope(linked.fixtures[dependency])
                if below is not None and below < cache:
                    found = True
                    self.mismatches.setdefault(
                        (key, dependency), Mismatch(fixture, linked.item, linked.fixtures[dependency])
                    )
        return found

    def diagnosis(self) -> Diagnosis:
        found: dict[Made, list[Event]] = {}
        certain: set[Made] = set()
        for instance, loops in self.meetings.items():
            if len(loops) > 1:
                made = self.made[instance]
                found.setdefault(made, []).extend(e for events in loops.values() for e in events)
                if sum(any(map(_is_certain, events)) for events in loops.values()) > 1:
                    certain.add(made)
        crossings = tuple(
            Crossing(made, _samples(events), _items(events), made in certain, _tests(events))
            for made, events in found.items()
        )
        return Diagnosis(
            tuple(sorted(crossings, key=lambda c: (c.made.site[0], c.made.site[1], str(c.made.owner)))),
            tuple(self.mismatches.values()),
            tuple(self.unknown),
            tuple(self.unknown_tests),
            tuple(self.refusals),
        )


def _counts(usage: Usage) -> bool:
    """Tell whether a use needs the loop: closing elsewhere may be harmless, an unknown object must be awaited."""
    resource = usage.made.resource
    if usage.closing:
        return resource.close_elsewhere == "fails"
    return resource.id != "unknown" or (usage.direct and usage.made.owner is not None)


def _is_certain(event: Event) -> bool:
    return event.usage is None or event.usage.certain


def _samples(events: Iterable[Event]) -> tuple[Event, ...]:
    first: dict[tuple[object, ...], Event] = {}
    for event in events:
        user = event.user if event.user is not None else "test"
        first.setdefault((user, event.loop[0], event.usage is None), event)
    return tuple(first.values())


def _tests(events: Iterable[Event]) -> dict[str, int]:
    users: dict[str, set[str]] = {}
    for event in events:
        if event.user is None:
            users.setdefault(event.loop[0], set()).add(event.item.id)
    return {loop: len(ids) for loop, ids in users.items()}


def _items(events: Iterable[Event]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(event.item.id for event in events))
