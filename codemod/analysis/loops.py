"""On which loop everything runs: the layout (options and scopes, as they are or as planned) and the models.

One model per generation of pytest-asyncio turns a layout into loops. From 1.0 on there are two (SEMANTICS §2.4, 2.5);
those before are in legacy_loops.py, and models.py says which version has which.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemod.analysis.facts import DYNAMIC, HookRecipe, MarkFacts
from codemod.analysis.placement import LoopRef, Placement
from codemod.operations import Span
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemod.analysis.link import Linked
    from codemod.analysis.resolve import FixtureDef, FixtureKey, Graph, Item

Site = tuple[str, Span]
"""A place in a file: a mark, a decorator or a constructor call."""

Holder = tuple[str, str]
"""What gets a mark of its own: a file, and the qualified name of a class or function in it ("": the module)."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Options and scopes. ``None`` as fixture default means "the cache scope" (unset, or ``fixture-scope``).

    ``added`` are asyncio marks to be written where tests have none (auto mode).
    """

    fixture_default: Scope | None = None
    test_default: Scope = Scope.FUNCTION
    cache: Mapping[FixtureKey, Scope] = field(default_factory=dict)
    loop: Mapping[FixtureKey, Scope | None] = field(default_factory=dict)
    marks: Mapping[Site, Scope | None] = field(default_factory=dict)
    added: Mapping[Holder, Scope] = field(default_factory=dict)
    freed: frozenset[Site] = frozenset()
    disposed: frozenset[Site] = frozenset()
    hook: HookRecipe | None = None

    def cache_scope(self, fixture: FixtureDef) -> Scope | None:
        """Return how long the fixture's value lives, None where that is dynamic."""
        return self.cache.get(fixture.key, fixture.scope)

    def explicit_loop(self, fixture: FixtureDef) -> Scope | None:
        """Return the ``loop_scope=`` of a fixture, None where there is none."""
        if fixture.key in self.loop:
            return self.loop[fixture.key]
        return Scope.parse(fixture.decl.loop_scope or "")

    def mark_scope(self, mark: MarkFacts) -> Scope | None:
        """Return the loop scope a mark asks for, None where it asks for none."""
        site = (mark.path, mark.span)
        return self.marks[site] if site in self.marks else Scope.parse(mark.loop_scope or "")

    def with_(self, **changes: object) -> Layout:
        """Return this layout with some fields replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]


class LoopModel:
    """pytest-asyncio >= 1.2: a test runs on its own loop, whatever its fixtures run on (SEMANTICS §0)."""

    sync_fixture_runner = True
    follows_current = False
    """Tests run on the current loop, which is their own unless another was made since (order.py)."""
    restores_loop = True
    """A loop that lives for one test leaves the one current that was so before."""

    def fixture_scope(self, fixture: FixtureDef, layout: Layout) -> Scope | None:
        """Return the loop scope of a fixture pytest-asyncio runs, None where it cannot be known."""
        if fixture.decl.loop_scope == DYNAMIC and fixture.key not in layout.loop:
            return None
        return _first(layout.explicit_loop(fixture), layout.fixture_default, layout.cache_scope(fixture))

    def test_scope(self, item: Item, layout: Layout, fixture_scopes: Iterable[Scope]) -> Scope | None:
        """Return the loop scope of a test pytest-asyncio runs, None where it cannot be known."""
        del fixture_scopes
        return asked_scope(item, layout)

    def order_dependent(self, item: Item, layout: Layout, fixture_scopes: Iterable[Scope]) -> bool:
        """Tell whether the loop of a test depends on which tests ran before it; never so from 1.2 on."""
        del item, layout, fixture_scopes
        return False

    def made_besides(self, graph: Graph, linked: Linked, layout: Layout) -> list[LoopRef]:
        """Return the loops that an item has made without running on them: that of the mark of a sync test."""
        del graph
        asked = asked_scope(linked.item, layout) if is_marked_sync(linked.item) else None
        return [LoopRef(asked)] if asked is not None else []

    def runs_on_loop(self, graph: Graph, fixture: FixtureDef) -> bool:
        """Tell whether pytest-asyncio gives this fixture a loop (also sync ones under its decorator, from 1.1)."""
        sync_runner = (
            self.sync_fixture_runner and fixture.decl.factory == "pytest_asyncio" and not fixture.function.is_async
        )
        return graph.is_handled(fixture) or sync_runner

    def place(self, graph: Graph, linked: Linked, layout: Layout) -> Placement:
        """Return on which loops an item and its fixtures run."""
        item = linked.item
        fixtures, unknown = {}, []
        for key, fixture in linked.fixtures.items():
            if not self.runs_on_loop(graph, fixture):
                continue
            scope = self.fixture_scope(fixture, layout)
            if scope is None:
                unknown.append(key)
            else:
                fixtures[key] = LoopRef(scope)
        if item.kind != "asyncio":
            return Placement(None, fixtures, tuple(unknown))
        scopes = [loop.scope for loop in fixtures.values()]
        test = self.test_scope(item, layout, scopes)
        asked = asked_scope(item, layout) if self.order_dependent(item, layout, scopes) else None
        refs = (LoopRef(scope) if scope is not None else None for scope in (test, asked))
        return Placement(next(refs), fixtures, tuple(unknown), unknown_test=test is None, asked=next(refs))


class HijackingLoopModel(LoopModel):
    """pytest-asyncio 1.0 and 1.1: a narrower fixture loop takes the test with it (SEMANTICS §2.4)."""

    follows_current = True

    def __init__(self, sync_fixture_runner: bool) -> None:
        self.sync_fixture_runner = sync_fixture_runner

    def test_scope(self, item: Item, layout: Layout, fixture_scopes: Iterable[Scope]) -> Scope | None:
        """Return the narrowest of what the test asks for and what its async fixtures run on."""
        asked = asked_scope(item, layout)
        # The class loop of a function outside classes is made for that one test, so it is always the newest.
        if asked is None or (asked is Scope.CLASS and not item.classes):
            return asked
        return min(asked, *fixture_scopes, asked)

    def order_dependent(self, item: Item, layout: Layout, fixture_scopes: Iterable[Scope]) -> bool:
        """Tell whether the test runs on the loop it asks for only when that loop is made for it."""
        asked = asked_scope(item, layout)
        return asked is not None and self.test_scope(item, layout, fixture_scopes) is not asked


def _first(*scopes: Scope | None) -> Scope | None:
    # Scope.FUNCTION is 0, so `or` would skip it.
    return next((scope for scope in scopes if scope is not None), None)


def is_marked_sync(item: Item) -> bool:
    """Tell whether a sync test has the asyncio mark, for which a loop is made all the same."""
    return item.kind == "sync" and any(mark.name == "asyncio" for mark in item.marks)


def asked_scope(item: Item, layout: Layout) -> Scope | None:
    """Return what the closest asyncio mark says, else the default; a hook's mark ranks as in SEMANTICS §2.8."""
    marks = [m for m in item.marks if m.name == "asyncio"]
    hook = layout.hook
    if hook is not None and (hook.first or (marks and marks[0] not in own_marks(item))):
        return (
            None
            if hook.loop_scope == DYNAMIC or not hook.certain
            else _first(Scope.parse(hook.loop_scope or ""), layout.test_default)
        )
    if not marks:
        return _first(*(layout.added.get(holder) for holder in holders_of(item)), layout.test_default)
    sets = [m for m in marks if m in _param_marks(item)]
    closest = [*sets, *[m for m in marks if m not in sets][:1]] if marks[0] in sets else marks[:1]
    if any(m.loop_scope == DYNAMIC and (m.path, m.span) not in layout.marks for m in closest):
        return None
    # Of the parameter sets some may have a mark of their own, and the next mark is that of the others.
    asked = {_first(layout.mark_scope(m), layout.test_default) for m in closest}
    return asked.pop() if len(asked) == 1 else None


def holders_of(item: Item) -> tuple[Holder, ...]:
    """Return what a mark for an item could be written on, closest first: the function, its classes, the module."""
    classes = ((item.path, qualname) for qualname in reversed(item.classes))
    return ((item.owner, item.function.qualname), *classes, (item.path, ""))


def own_marks(item: Item) -> tuple[MarkFacts, ...]:
    """Return the marks on the function itself or on its parameters, which a mark appended by a hook cannot beat."""
    return (*item.function.marks, *_param_marks(item))


def _param_marks(item: Item) -> tuple[MarkFacts, ...]:
    return tuple(p for m in item.function.marks for p in m.param_marks)
