"""pytest-asyncio 0.23 to 0.26: loops of classes, modules, packages and the session beside ``event_loop``.

The loop of function scope is the ``event_loop`` fixture and its overrides; a wider one is the loop of the collector
around the test (SEMANTICS §2.2, §2.3). Tests run on the loop made last, so a narrower fixture loop takes them along.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.analysis.collection import Collection
from codemod.analysis.legacy_facts import EVENT_LOOP
from codemod.analysis.legacy_loops import event_loop
from codemod.analysis.loops import LoopModel, asked_scope, holders_of, is_marked_sync
from codemod.analysis.placement import (
    MULTIPLE_LOOPS,
    NO_SUCH_LOOP,
    NOT_PART_OF,
    LoopRef,
    Placement,
    Refusal,
)
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemod.analysis.link import Linked
    from codemod.analysis.loops import Layout
    from codemod.analysis.resolve import FixtureDef, FixtureKey, Graph, Item


@dataclass(frozen=True, slots=True)
class Features:
    """What tells these versions apart: ``loop_scope=`` of marks and fixtures, and the two options.

    ``restored_loop`` says that the loop of a test leaves the one current that was so before.
    """

    loop_scope: bool
    restored_loop: bool
    fixture_default: bool
    test_default: bool


@dataclass(slots=True)
class _Draft:
    """A placement in the making."""

    loops: dict[FixtureKey, LoopRef] = field(default_factory=dict)
    unknown: list[FixtureKey] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


class ScopedLoopModel(LoopModel):
    """pytest-asyncio 0.23 to 0.26; which of them, ``features`` says."""

    sync_fixture_runner = False
    follows_current = True

    def __init__(self, features: Features) -> None:
        self.features = features
        self.restores_loop = features.restored_loop
        self._collection: tuple[Graph, Collection] | None = None

    def fixture_scope(self, fixture: FixtureDef, layout: Layout) -> Scope | None:
        """Return the loop scope of a fixture; before ``loop_scope`` existed it was the cache scope."""
        if not self.features.loop_scope:
            return layout.cache_scope(fixture)
        return super().fixture_scope(fixture, self._understood(layout))

    def asked(self, item: Item, layout: Layout) -> Scope | None:
        """Return the loop scope the mark or the option asks for; only ``scope=`` is read before 0.24."""
        layout = self._understood(layout)
        if self.features.loop_scope:
            return asked_scope(item, layout)
        ignored = {(m.path, m.span): None for m in item.marks if m.name == "asyncio" and m.keyword != "scope"}
        return asked_scope(item, layout.with_(marks={**ignored, **layout.marks}))

    def place(self, graph: Graph, linked: Linked, layout: Layout) -> Placement:
        """Return on which loops an item and its fixtures run, or why pytest refuses it."""
        item = linked.item
        asked = self.asked(item, layout) if item.kind == "asyncio" or is_marked_sync(item) else None
        draft = _Draft()
        if asked is not None:
            draft.refusals += self._collection_errors(graph, linked, layout, asked)
        for key, fixture in linked.fixtures.items():
            if self.runs_on_loop(graph, fixture):
                self._place_fixture(graph, item, layout, key, fixture, asked, draft)
        if asked is None or item.kind != "asyncio":
            return self._placement(draft, None, unknown_test=item.kind == "asyncio")
        own = self._loop(graph, item, layout, asked)
        if own is None or isinstance(own, Refusal):
            return self._placement(draft, None, unknown_test=own is None)
        test = self._last_made(graph, linked, layout, own, draft)
        return self._placement(draft, test, asked=own if test != own else None)

    def _placement(
        self, draft: _Draft, test: LoopRef | None, unknown_test: bool = False, asked: LoopRef | None = None
    ) -> Placement:
        return Placement(test, draft.loops, tuple(draft.unknown), unknown_test, asked, tuple(draft.refusals))

    def _understood(self, layout: Layout) -> Layout:
        """Return the layout without the options this version does not read."""
        if not self.features.fixture_default:
            layout = layout.with_(fixture_default=None)
        return layout if self.features.test_default else layout.with_(test_default=Scope.FUNCTION)

    def _collected(self, graph: Graph) -> Collection:
        if self._collection is None or self._collection[0] is not graph:
            self._collection = (graph, Collection.of(graph))
        return self._collection[1]

    def event_loop(self, graph: Graph, item: Item, layout: Layout) -> LoopRef | None:
        """Return the loop that ``event_loop`` means for an item, None where that cannot be known."""
        return event_loop(graph, item, layout, one_for_packages=self.features.loop_scope)  # 0.24 needs pytest 8

    def made_besides(self, graph: Graph, linked: Linked, layout: Layout) -> list[LoopRef]:
        """Return the loops that an item has made without running on them: of its mark, and ``event_loop`` by name."""
        item, found = linked.item, []
        if is_marked_sync(item) and (asked := self.asked(item, layout)) is not None:
            found.append(self._loop(graph, item, layout, asked))
        if self._needs_event_loop(graph, item, [*linked.fixtures.values()], layout):
            found.append(self.event_loop(graph, item, layout))
        return [loop for loop in found if isinstance(loop, LoopRef)]

    # --- tests ---------------------------------------------------------------------------------------------------

    def _collection_errors(self, graph: Graph, linked: Linked, layout: Layout, asked: Scope) -> list[Refusal]:
        """Return what stops the collection of a test that asks for a loop wider than its own."""
        if asked is Scope.FUNCTION:
            return []
        own = self._loop(graph, linked.item, layout, asked)
        if isinstance(own, Refusal):
            return [own]
        marked = any(mark.name == "asyncio" for mark in linked.item.marks)
        if not marked and not layout.added.keys() & {*holders_of(linked.item)}:
            return []  # auto mode adds the mark after it was looked at
        late = linked.late
        early = [fixture for key, fixture in linked.fixtures.items() if key not in late]
        if own is not None and any(self._brings(graph, linked.item, layout, fixture, own) for fixture in early):
            return []  # pytest-asyncio looks no further
        return [Refusal(MULTIPLE_LOOPS, asked)] if self._needs_event_loop(graph, linked.item, early, layout) else []

    def _brings(self, graph: Graph, item: Item, layout: Layout, fixture: FixtureDef, own: LoopRef) -> bool:
        """Tell whether a fixture needs a test's own loop by name, which it does before 0.24."""
        if self.features.loop_scope or not self.runs_on_loop(graph, fixture):
            return False
        same = self.fixture_scope(fixture, layout) is own.scope
        return same and isinstance(self._reachable(graph, item, layout, fixture, own, own.scope), LoopRef)

    def _needs_event_loop(self, graph: Graph, item: Item, fixtures: Sequence[FixtureDef], layout: Layout) -> bool:
        """Tell whether ``event_loop`` is asked for by name, or an async fixture has a function loop."""
        named = [item.function.params, *(f.function.params for f in fixtures)]
        named += [mark.args for mark in item.marks if mark.name == "usefixtures"]
        return (
            any(EVENT_LOOP in names for names in named)
            or any(fixture.decl.name == EVENT_LOOP for fixture in fixtures)
            or any(
                self.fixture_scope(fixture, layout) is Scope.FUNCTION
                for fixture in fixtures
                if self.runs_on_loop(graph, fixture)
            )
        )

    def _last_made(self, graph: Graph, linked: Linked, layout: Layout, own: LoopRef, draft: _Draft) -> LoopRef:
        """Return the narrowest fixture loop that is made after the test's own, else the test's own."""
        later = [
            loop
            for key, loop in draft.loops.items()
            if loop.scope < own.scope
            and not (
                self._made_once(linked.fixtures[key], loop, layout)
                and self._before_own(graph, linked.item, layout, own, linked.fixtures[key])
            )
        ]
        return min(later, key=lambda loop: loop.scope, default=own)

    def _made_once(self, fixture: FixtureDef, loop: LoopRef, layout: Layout) -> bool:
        """Tell whether the fixture's loop is made by one test of the run."""
        if not self.features.loop_scope:
            return loop.scope > Scope.FUNCTION
        return (layout.cache_scope(fixture) or Scope.FUNCTION) >= Scope.PACKAGE

    def _before_own(self, graph: Graph, item: Item, layout: Layout, own: LoopRef, fixture: FixtureDef) -> bool:
        """Tell whether the first test on the loop ``own`` needs ``fixture``, whose loop is then made before it."""
        same_file = own.scope in (Scope.CLASS, Scope.MODULE)
        for other in self._collected(graph).by_path[item.path] if same_file else graph.items:
            if other.kind == "asyncio" and self.asked(other, layout) is own.scope:
                loop = self._loop(graph, other, layout, own.scope)
                if isinstance(loop, LoopRef) and loop.key(other, 0) == own.key(item, 0):
                    return fixture in graph.closure(other).values()
        return True

    # --- fixtures ------------------------------------------------------------------------------------------------

    def _place_fixture(
        self,
        graph: Graph,
        item: Item,
        layout: Layout,
        key: FixtureKey,
        fixture: FixtureDef,
        asked: Scope | None,
        draft: _Draft,
    ) -> None:
        scope = self.fixture_scope(fixture, layout)
        loop = self._loop(graph, item, layout, scope, key) if scope is not None else None
        if isinstance(loop, LoopRef) and loop.owner is None:
            loop = self._reachable(graph, item, layout, fixture, loop, asked)
        if loop is None:
            draft.unknown.append(key)
        elif isinstance(loop, Refusal):
            draft.refusals.append(loop)
        else:
            draft.loops[key] = loop

    def _loop(
        self, graph: Graph, item: Item, layout: Layout, scope: Scope, fixture: FixtureKey | None = None
    ) -> LoopRef | Refusal | None:
        """Return the loop of ``scope`` around an item; None where an override's scope is computed."""
        if scope is Scope.FUNCTION:
            return self.event_loop(graph, item, layout)
        package = self._collected(graph).package(item) if scope is Scope.PACKAGE else ""
        if package is None or (scope is Scope.CLASS and not item.classes):
            return Refusal(NOT_PART_OF, scope, fixture)
        return LoopRef(scope, package=package)

    def _reachable(
        self, graph: Graph, item: Item, layout: Layout, fixture: FixtureDef, loop: LoopRef, asked: Scope | None
    ) -> LoopRef | Refusal:
        """Return ``loop``, or why the name of its fixture means nothing to the item."""
        if loop.scope in (Scope.FUNCTION, Scope.SESSION):
            return loop
        missing = Refusal(NO_SUCH_LOOP, loop.scope, fixture.key)
        collected = self._collected(graph)
        if self.features.loop_scope:
            # The loop fixture of a package is attached to one module; a test that asks for it gets it anywhere. One
            # value for the whole run is made where it is found, or the first test that needs it already fails.
            lives = layout.cache_scope(fixture) or Scope.FUNCTION
            away = loop.scope is Scope.PACKAGE and collected.carriers.get(loop.package) != item.path
            return missing if away and asked is not Scope.PACKAGE and lives < Scope.PACKAGE else loop
        first = collected.collected_for(graph, fixture, item)
        if loop.scope is Scope.CLASS and not first.classes:
            return Refusal(NOT_PART_OF, loop.scope, fixture.key)
        return loop if _same_holder(loop, first, item, collected) else missing


def _same_holder(loop: LoopRef, first: Item, item: Item, collected: Collection) -> bool:
    if loop.scope is Scope.CLASS:
        return (first.path, first.classes) == (item.path, item.classes)
    home = collected.carriers.get(collected.package(first) or "") if loop.scope is Scope.PACKAGE else first.path
    return home == item.path
