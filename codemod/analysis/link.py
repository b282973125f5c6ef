"""What the flows mean once every file is known: which resources each fixture and test makes, holds, uses and closes.

Each function is evaluated for one item, with the values of the fixtures that item gives it (frame.py). A value is a
set of ``Held`` resources: the resource itself (direct), or an object that holds it (a session over an engine, an
application's service). Fixtures are evaluated once per set of definitions they get, project functions once per set of
arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.analysis.facts import NOTHING, FunctionFacts, ModuleFacts
from codemod.analysis.frame import Frame
from codemod.analysis.held import CALLER, EMPTY, Held, Holds, Summary, attribute, merged
from codemod.analysis.resolve import FixtureDef, FixtureKey, Graph, Item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemod.analysis.binding import Binder
    from codemod.analysis.workspace import Workspace

_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Linked:
    """The summaries of one item: of itself (key None) and of every fixture in its closure."""

    item: Item
    fixtures: Mapping[FixtureKey, FixtureDef]
    needs: Mapping[FixtureKey | None, tuple[FixtureKey, ...]]
    summaries: Mapping[FixtureKey | None, Summary]

    @property
    def late(self) -> frozenset[FixtureKey]:
        """Return the fixtures that pytest meets only when another one is set up.

        They are overridden by it, or it requests them in its body, or only such a fixture needs them.
        """
        early: set[FixtureKey] = set()
        users: list[FixtureKey | None] = [None]
        while users:
            user = users.pop()
            function = self.item.function if user is None else self.fixtures[user].function
            name = None if user is None else self.fixtures[user].decl.name
            for need in self.needs[user]:
                wanted = self.fixtures[need].decl.name
                dynamic = wanted in function.requested and wanted not in function.params
                if wanted != name and not dynamic and need not in early:
                    early.add(need)
                    users.append(need)
        return frozenset(self.fixtures.keys() - early)


@dataclass(slots=True)
class Linker:
    """Evaluates the functions of a graph."""

    graph: Graph
    binder: Binder
    _memo: dict[object, Summary] = field(default_factory=dict)
    _helpers: dict[object, Summary] = field(default_factory=dict)
    _reached: dict[tuple[str, str], Holds] = field(default_factory=dict)
    _depth: int = 0
    _globals: dict[tuple[str, str], Holds] = field(default_factory=dict)
    _frames: dict[str, Frame] = field(default_factory=dict)
    _replaced: frozenset[tuple[str, str]] | None = None

    @property
    def workspace(self) -> Workspace:
        """Return the files being linked."""
        return self.graph.workspace

    def link(self, item: Item) -> Linked:
        """Evaluate an item and its fixture closure."""
        closure = self.graph.closure(item)
        fixtures = {fixture.key: fixture for fixture in closure.values()}
        needs: dict[FixtureKey | None, list[FixtureKey]] = {None: [], **{key: [] for key in fixtures}}
        params: dict[FixtureKey | None, dict[str, FixtureKey]] = {key: {} for key in needs}
        for (requester, name), fixture in closure.items():
            needs[requester].append(fixture.key)
            params[requester][name] = fixture.key
        run = _ItemRun(self, item, fixtures, params)
        summaries: dict[FixtureKey | None, Summary] = {key: run.fixture(key) for key in fixtures}
        stores = merged(store for s in summaries.values() for store in s.stores)
        if stores:
            run = _ItemRun(self, item, fixtures, params, stores)
            summaries = {key: run.fixture(key) for key in fixtures}
        summaries[None] = run.test()
        return Linked(item, fixtures, {k: tuple(v) for k, v in needs.items()}, summaries)

    def helper(self, facts: ModuleFacts, function: FunctionFacts, args: Holds, stores: Mapping[str, Holds]) -> Summary:
        """Evaluate a project function for given arguments, once; what it makes belongs to ``CALLER``."""
        memo = (facts.path, function.qualname, args, frozenset(stores.items()))
        if memo not in self._helpers:
            self._helpers[memo] = Summary()  # a recursive call sees nothing yet
            if self._depth < _MAX_DEPTH:
                self._depth += 1
                frame = Frame(self, facts, function.flow, {}, stores, CALLER, "", given=args)
                self._helpers[memo] = frame.summary()
                self._depth -= 1
        return self._helpers[memo]

    def global_value(self, dotted: str, importer: str) -> tuple[str, Holds]:
        """Return the place (``path:name``) a dotted name leads to and the resources it holds."""
        place, held, rest = self._object(dotted, importer)
        return place, attribute(held, rest.rpartition(".")[2]) if rest else held

    def _object(self, dotted: str, importer: str) -> tuple[str, Holds, str]:
        """Return the place of the module-level object a dotted name begins with, what it holds, and what follows."""
        target = self.workspace.locate(dotted, importer)
        if target is None or not target.name:
            return "", EMPTY, ""
        place = f"{target.path}:{target.name}"
        if (target.path, target.name) in self.replaced:
            return place, EMPTY, target.rest
        held = self._module_value(target.path, target.name) | self._reach(target.path, target.name)
        return place, held, target.rest

    def _reach(self, path: str, name: str) -> Holds:
        """Return what a function of the project may use when somebody else calls it (a handler, a dependency)."""
        key = (path, name)
        if key not in self._reached:
            self._reached[key] = EMPTY  # functions that mention each other
            facts = self.workspace.module(path)
            function = facts.function(name) if facts is not None else None
            if function is not None and function.fixture is None and self._depth < _MAX_DEPTH:
                self._depth += 1
                mentioned = (*function.flow.mentions, *function.signature)
                held = EMPTY.union(*(self._object(dotted, path)[1] for dotted in mentioned))
                self._reached[key] = frozenset(Held(h.made, False, False) for h in held)
                self._depth -= 1
        return self._reached[key]

    @property
    def replaced(self) -> frozenset[tuple[str, str]]:
        """Return the module-level objects some test code replaces (dependency overrides, monkeypatch)."""
        if self._replaced is None:
            found = set()
            for facts in [*self.workspace.conftests(), *self.workspace.test_modules()]:
                for dotted in (d for flow in (facts.flow, *(f.flow for f in facts.functions)) for d in flow.replaced):
                    target = self.workspace.locate(dotted, facts.path)
                    if target is not None and target.name:
                        found.add((target.path, target.name))
            self._replaced = frozenset(found)
        return self._replaced

    def _module_value(self, path: str, name: str) -> Holds:
        """Return what a module-level name holds; evaluated one by one, because modules import each other."""
        key = (path, name)
        if key not in self._globals:
            self._globals[key] = EMPTY  # a name that is defined through itself
            if path not in self._frames and (facts := self.workspace.module(path)) is not None:
                self._frames[path] = Frame(self, facts, facts.flow, {}, {}, None, path)
            if (frame := self._frames.get(path)) is not None:
                self._globals[key] = frame.value(frame.flow.bindings.get(name, NOTHING))
        return self._globals[key]


@dataclass(slots=True)
class _ItemRun:
    linker: Linker
    item: Item
    fixtures: Mapping[FixtureKey, FixtureDef]
    params: Mapping[FixtureKey | None, Mapping[str, FixtureKey]]
    stores: Mapping[str, Holds] = field(default_factory=dict)
    active: set[FixtureKey] = field(default_factory=set)

    def fixture(self, key: FixtureKey) -> Summary:
        memo = (key, self._signature(key, frozenset()), tuple(sorted((n, hash(v)) for n, v in self.stores.items())))
        if memo not in self.linker._memo:
            if key in self.active:
                return Summary()
            self.active.add(key)
            fixture = self.fixtures[key]
            raw = fixture.function.is_async and not self.linker.graph.is_handled(fixture)  # a bare coroutine
            self.linker._memo[memo] = Summary() if raw else self._evaluate(key.path, fixture.function, key)
            self.active.discard(key)
        return self.linker._memo[memo]

    def _signature(self, key: FixtureKey, seen: frozenset[FixtureKey]) -> object:
        """Name the definitions a fixture gets, transitively: the same definitions give the same summary."""
        if key in seen:
            return key
        below = self.params.get(key, {})
        return (
            key,
            tuple(
                (name, self._signature(dep, seen | {key})) for name, dep in sorted(below.items(), key=lambda p: p[0])
            ),
        )

    def test(self) -> Summary:
        """Evaluate the test, with what a unittest class runs before and after it."""
        own = self._evaluate(self.item.owner, self.item.function, None)
        around = [(f, f.name, home.path) for home, f in self.item.around if isinstance(f, FunctionFacts)]
        if not around:
            return own
        before = [self._evaluate(path, f, None) for f, name, path in around if "Down" not in name]
        self.stores = merged([*self.stores.items(), *(store for s in before for store in s.stores)])
        own = self._evaluate(self.item.owner, self.item.function, None)
        after = [self._evaluate(path, f, None) for f, name, path in around if "Down" in name]
        parts = [*before, own, *after]
        return Summary(usages=tuple(u for s in parts for u in s.usages), made=tuple(m for s in parts for m in s.made))

    def _evaluate(self, path: str, function: FunctionFacts, key: FixtureKey | None) -> Summary:
        facts = self.linker.workspace.module(path)
        if facts is None:
            return Summary()
        env = {name: self.fixture(dep).value for name, dep in self.params.get(key, {}).items()}
        owner = key or FixtureKey(self.item.path, f"{self.item.id}()")
        frame = Frame(self.linker, facts, function.flow, env, self.stores, owner, path, in_test=key is None)
        return frame.summary()
