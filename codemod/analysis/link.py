"""What the flows mean once every file is known: which resources each fixture and test makes, holds, uses and closes.

Each function is evaluated for one item, with the values of the fixtures that item gives it. A value is a set of
``Held`` resources: the resource itself (direct), or an object that holds it (a session over an engine, an
application's service). Calls into the project are followed through their own flows; everything else follows three
rules: a call in the knowledge base makes its resource; the awaited result of an unknown call is plain data; an
object made from a resource, not awaited, holds it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from codemod.analysis.facts import CallFact, Flow, FunctionFacts, ModuleFacts, Ref, UseFact, Value
from codemod.analysis.loops import Site
from codemod.analysis.resolve import FixtureDef, FixtureKey, Graph, Item
from codemod.analysis.workspace import Workspace
from codemod.knowledge import Resource
from codemod.model import Location

_STDLIB = frozenset(sys.stdlib_module_names)
_MAX_DEPTH = 40
_CALLER = FixtureKey("", "")
"""Owner of what a helper makes, until the fixture or test that calls it is known."""


@dataclass(frozen=True, slots=True)
class Made:
    """A resource made by one constructor call. ``owner`` is the fixture that runs the call, None for module level."""

    resource: Resource = field(compare=False)
    site: Site
    owner: FixtureKey | None
    owner_path: str
    bound: str = field(compare=False)
    driver_free: bool = field(compare=False, default=False)
    call: CallFact | None = field(compare=False, default=None)
    via: tuple[Location, ...] = field(compare=False, default=())
    in_test: bool = field(compare=False, default=False)

    @property
    def location(self) -> Location:
        """Return the place of the constructor call."""
        path, span = self.site
        return Location(path, span.line, span.column + 1)

    @property
    def name(self) -> str:
        """Return the variable it is bound to, else the call's text."""
        return self.call.target or self.call.text if self.call else self.resource.name


@dataclass(frozen=True, slots=True)
class Held:
    """A resource in a value: the thing itself, or something that holds it.

    Not ``certain`` is what an application only may use: a web application reaches all its handlers reach.
    """

    made: Made
    direct: bool = True
    certain: bool = True


Holds = frozenset[Held]
EMPTY: Holds = frozenset()


@dataclass(frozen=True, slots=True)
class Usage:
    """A resource used or closed at one place in one function."""

    made: Made
    path: str
    use: UseFact = field(compare=False)
    closing: bool = False
    direct: bool = True
    certain: bool = True

    @property
    def location(self) -> Location:
        """Return the place of the use."""
        return Location(self.path, self.use.line, self.use.column + 1)


@dataclass(frozen=True, slots=True)
class Effect:
    """Something a body does besides making and closing resources: ``once`` (schema, rows, servers, files) or ``unknown``."""

    kind: str
    location: Location
    text: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What one function does with resources, for one item."""

    value: Holds = EMPTY
    usages: tuple[Usage, ...] = ()
    made: tuple[Made, ...] = ()
    effects: tuple[Effect, ...] = ()
    stores: tuple[tuple[str, Holds], ...] = ()


@dataclass(frozen=True, slots=True)
class Linked:
    """The summaries of one item: of itself (key None) and of every fixture in its closure."""

    item: Item
    fixtures: Mapping[FixtureKey, FixtureDef]
    needs: Mapping[FixtureKey | None, tuple[FixtureKey, ...]]
    summaries: Mapping[FixtureKey | None, Summary]


@dataclass(slots=True)
class Linker:
    """Evaluates the functions of a graph.

    ``mentions`` holds the drivers and mocking libraries the project mentions, and the database URL schemes in its tests.
    """

    graph: Graph
    mentions: frozenset[str] = frozenset()
    _memo: dict[object, Summary] = field(default_factory=dict)
    _helpers: dict[object, Summary] = field(default_factory=dict)
    _reached: dict[tuple[str, str], Holds] = field(default_factory=dict)
    _depth: int = 0
    _globals: dict[str, Mapping[str, Holds]] = field(default_factory=dict)
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
        stores = _merged(store for s in summaries.values() for store in s.stores)
        if stores:
            run = _ItemRun(self, item, fixtures, params, stores)
            summaries = {key: run.fixture(key) for key in fixtures}
        summaries[None] = run.test()
        return Linked(item, fixtures, {k: tuple(v) for k, v in needs.items()}, summaries)

    def helper(self, facts: ModuleFacts, function: FunctionFacts, args: Holds, stores: Mapping[str, Holds]) -> Summary:
        """Evaluate a project function for given arguments, once; what it makes belongs to ``_CALLER``."""
        memo = (facts.path, function.qualname, args, frozenset(stores.items()))
        if memo not in self._helpers:
            self._helpers[memo] = Summary()  # a recursive call sees nothing yet
            if self._depth < _MAX_DEPTH:
                self._depth += 1
                frame = _Frame(self, facts, function.flow, {}, stores, _CALLER, "", given=args)
                self._helpers[memo] = frame.summary()
                self._depth -= 1
        return self._helpers[memo]

    def global_value(self, dotted: str, importer: str) -> tuple[str, Holds]:
        """Return the place (``path:name``) a dotted name leads to and the resources the module-level object holds."""
        target = self.workspace.locate(dotted, importer)
        if target is None or not target.name:
            return "", EMPTY
        place = f"{target.path}:{target.name}"
        if (target.path, target.name) in self.replaced:
            return place, EMPTY
        held = self._module_values(target.path).get(target.name, EMPTY) | self._reach(target.path, target.name)
        return place, _attribute(held) if target.rest else held

    def _reach(self, path: str, name: str) -> Holds:
        """Return what a function of the project may use when somebody else calls it (a handler, a dependency)."""
        key = (path, name)
        if key not in self._reached:
            self._reached[key] = EMPTY  # functions that mention each other
            facts = self.workspace.module(path)
            function = facts.function(name) if facts is not None else None
            if function is not None and function.fixture is None:
                mentioned = (*function.flow.mentions, *function.signature)
                held = EMPTY.union(*(self.global_value(dotted, path)[1] for dotted in mentioned))
                self._reached[key] = frozenset(Held(h.made, False, False) for h in held)
        return self._reached[key]

    @property
    def replaced(self) -> frozenset[tuple[str, str]]:
        """Return the module-level objects some test code replaces (dependency overrides, monkeypatch)."""
        if self._replaced is None:
            found = set()
            for facts in [*self.workspace.conftests(), *self.workspace.test_modules()]:
                for function in facts.functions:
                    for dotted in function.flow.replaced:
                        target = self.workspace.locate(dotted, facts.path)
                        if target is not None and target.name:
                            found.add((target.path, target.name))
            self._replaced = frozenset(found)
        return self._replaced

    def _module_values(self, path: str) -> Mapping[str, Holds]:
        if path not in self._globals:
            self._globals[path] = {}  # a cycle of imports sees nothing yet
            facts = self.workspace.module(path)
            if facts is not None:
                frame = _Frame(self, facts, facts.flow, {}, {}, None, path)
                self._globals[path] = {name: frame.value(value) for name, value in facts.flow.bindings.items()}
        return self._globals[path]

    def bound(self, resource: Resource, call: CallFact, importer: str) -> tuple[str, bool]:
        """Return (when the made object is bound, whether its driver never binds)."""
        if self.mentions & set(resource.mocked_by):
            return "never", False
        for keyword, text in call.keywords:
            values = resource.free_when.get(keyword, ())
            if "*" in values or text.rpartition(".")[2] in values:
                return "never", False
        if resource.driver:
            bound = self._driver_bound(call.first, importer)
            return bound, bound == "never"
        return resource.bound, False

    def _driver_bound(self, first: str, importer: str) -> str:
        """Decide from the URL's literal beginning, else from the URLs in test code, else from the drivers the project mentions."""
        drivers = self.workspace.knowledge.drivers
        text = first if "://" in first or "+" in first else self._constant(first, importer)
        if "://" in text or "+" in text:
            scheme = text.partition(":")[0]
            return next((d.bound for d in drivers if scheme in d.prefixes), "unknown")
        in_tests = [d.bound for d in drivers if self.mentions & set(d.prefixes)]
        mentioned = in_tests or [d.bound for d in drivers if self.mentions & set(d.modules)]
        if mentioned and all(bound == "never" for bound in mentioned):
            return "never"
        return "unknown" if "never" in in_tests else "first-use"

    def _constant(self, dotted: str, importer: str) -> str:
        target = self.workspace.locate(dotted, importer) if dotted else None
        facts = self.workspace.module(target.path) if target is not None else None
        return facts.constants.get(target.name, "") if facts is not None and target is not None else ""


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
            self.linker._memo[memo] = self._evaluate(key.path, self.fixtures[key].function, key)
            self.active.discard(key)
        return self.linker._memo[memo]

    def _signature(self, key: FixtureKey, seen: frozenset[FixtureKey]) -> object:
        """Name the definitions a fixture gets, transitively: the same definitions give the same summary."""
        if key in seen:
            return key
        below = self.params.get(key, {})
        return (key, tuple((name, self._signature(dep, seen | {key})) for name, dep in sorted(below.items(), key=lambda p: p[0])))

    def test(self) -> Summary:
        return self._evaluate(self.item.owner, self.item.function, None)

    def _evaluate(self, path: str, function: FunctionFacts, key: FixtureKey | None) -> Summary:
        facts = self.linker.workspace.module(path)
        if facts is None:
            return Summary()
        env = {name: self.fixture(dep).value for name, dep in self.params.get(key, {}).items()}
        owner = key or FixtureKey(self.item.path, f"{self.item.id}()")
        frame = _Frame(self.linker, facts, function.flow, env, self.stores, owner, path, in_test=key is None)
        return frame.summary()


@dataclass(slots=True)
class _Frame:
    """One evaluation of one flow."""

    linker: Linker
    facts: ModuleFacts
    flow: Flow
    env: Mapping[str, Holds]
    stores: Mapping[str, Holds]
    owner: FixtureKey | None
    owner_path: str
    in_test: bool = False
    given: Holds = EMPTY
    results: dict[int, Holds] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    lifted: dict[int, Summary] = field(default_factory=dict)

    def summary(self) -> Summary:
        for position in range(len(self.flow.calls)):
            self.result(position)
        usages = [usage for use in self.flow.uses for usage in self._usages(use)]
        inner = [self.lifted[i] for i in sorted(self.lifted)]
        stores = [(self._place(ref), self.value(value)) for ref, value in self.flow.stores]
        return Summary(
            value=self.value(self.flow.value),
            usages=tuple(usages) + tuple(u for s in inner for u in s.usages),
            made=tuple(self.made) + tuple(m for s in inner for m in s.made),
            effects=tuple(self._effects()) + tuple(e for s in inner for e in s.effects),
            stores=tuple((p, v) for p, v in stores if p and v) + tuple(x for s in inner for x in s.stores),
        )

    def value(self, value: Value) -> Holds:
        return EMPTY.union(*(self._ref(ref) for ref in value))

    def _ref(self, ref: Ref) -> Holds:
        if ref.kind == "param":
            held = self.env.get(ref.name, self.given)
        elif ref.kind == "name":
            place, held = self.linker.global_value(ref.name, self.facts.path)
            held |= self.stores.get(place, EMPTY)
        elif ref.kind == "self":
            held = self.stores.get("self", EMPTY) | self.given
        else:
            held = self.result(ref.index) if ref.kind == "call" else _holders(self.result(ref.index))
        return _attribute(held) if ref.attribute else held

    def _place(self, ref: Ref) -> str:
        return "self" if ref.kind == "self" else self.linker.global_value(ref.name, self.facts.path)[0]

    # --- calls -------------------------------------------------------------------------------------------------

    def result(self, position: int) -> Holds:
        if position not in self.results:
            self.results[position] = EMPTY  # a call that is given its own result sees nothing yet
            self.results[position] = self._call(self.flow.calls[position], position)
        return self.results[position]

    def _call(self, call: CallFact, position: int) -> Holds:
        known = self.linker.workspace.knowledge
        if (resource := known.by_call.get(call.callee)) is not None and _is_one(resource, call):
            return self._make(resource, call, self.value(call.args))
        if call.callee and (inside := self._project_call(call, position)) is not None:
            return inside
        receiver, args = self.value(call.receiver), self.value(call.args)
        handed = [(h, known.by_id[h.made.resource.hands_over[call.method]]) for h in receiver if h.direct and call.method in h.made.resource.hands_over]
        if handed:
            return EMPTY.union(*(self._make(kind, call, frozenset({holder})) for holder, kind in handed))
        if call.awaited and call.callee.split(".")[0] in ("", *_STDLIB):
            return EMPTY
        unknown = self._unknown(call)
        return _holders(receiver | args) | unknown if not call.awaited else unknown

    def _make(self, resource: Resource, call: CallFact, parts: Holds) -> Holds:
        bound, driver_free = self.linker.bound(resource, call, self.facts.path)
        engines = [h.made for h in parts if h.made.resource.driver]
        if resource.driver and engines and resource.id != "sqlalchemy-engine":
            driver_free = all(engine.driver_free for engine in engines)
            bound = "never" if driver_free else resource.bound
        made = Made(resource, (self.facts.path, call.span), self.owner, self.owner_path, bound, driver_free, call, (), self.in_test)
        if made not in self.made:
            self.made.append(made)
        return frozenset({Held(made)}) | _holders(parts)

    def _unknown(self, call: CallFact) -> Holds:
        """Give a third-party object the knowledge base does not have a name, so that it can be reported, not guessed."""
        root = call.callee.split(".")[0].strip(":")
        last = call.callee.rpartition(".")[2]
        foreign = root and root not in _STDLIB and root not in ("builtins", "pytest", "pytest_asyncio", "unittest") and not call.callee.startswith((".", ":"))
        if not foreign or not (last[:1].isupper() or call.awaited or call.entered) or self.linker.workspace.locate(call.callee, self.facts.path):
            return EMPTY
        resource = Resource(id="unknown", name=call.callee, bound="unknown", calls=(call.callee,))
        return frozenset({Held(Made(resource, (self.facts.path, call.span), self.owner, self.owner_path, "unknown", False, call, (), self.in_test))})

    def _project_call(self, call: CallFact, position: int) -> Holds | None:
        """Evaluate a call to a function or class of the project with what it is given."""
        workspace = self.linker.workspace
        args = self.value(call.args)
        if (found := workspace.function_at(call.callee, self.facts.path)) is not None and found[1].fixture is None:
            summary = self.lifted[position] = self._adopt(self.linker.helper(*found, args, self.stores), call)
            return summary.value
        if (kind := workspace.class_at(call.callee, self.facts.path)) is not None:
            init = kind[0].function(f"{kind[1].qualname}.__init__")
            if init is None:
                return _holders(args)
            summary = self._adopt(self.linker.helper(kind[0], init, args, self.stores), call)
            self.lifted[position] = replace(summary, stores=tuple(s for s in summary.stores if s[0] != "self"))
            return _holders(EMPTY.union(args, *(held for place, held in summary.stores if place == "self")))
        return None

    def _adopt(self, summary: Summary, call: CallFact) -> Summary:
        """Return a helper's summary with what it makes owned by this frame, and this call on its way."""
        if not summary.made and not summary.value and not summary.usages and not summary.stores:
            return summary
        here = Location(self.facts.path, call.span.line, call.span.column + 1)

        def mine(made: Made) -> Made:
            if made.owner != _CALLER:
                return made
            return replace(made, owner=self.owner, owner_path=self.owner_path, via=(here, *made.via), in_test=self.in_test)

        def held(holds: Holds) -> Holds:
            return frozenset(Held(mine(h.made), h.direct, h.certain) for h in holds)

        return Summary(
            value=held(summary.value),
            usages=tuple(replace(u, made=mine(u.made), certain=u.certain and not (call.branch or u.use.branch)) for u in summary.usages),
            made=tuple(mine(m) for m in summary.made),
            effects=summary.effects,
            stores=tuple((place, held(holds)) for place, holds in summary.stores),
        )

    # --- uses and effects --------------------------------------------------------------------------------------

    def _usages(self, use: UseFact) -> Iterable[Usage]:
        held = self.value(use.value)
        if use.call >= 0:
            call = self.flow.calls[use.call]
            known = self.linker.workspace.knowledge
            makes = known.by_call.get(call.callee)
            built_now = makes is not None or (use.method == "__call__" and any(h.made.resource.hands_over.get("__call__") for h in held))
            if use.entered and built_now:
                held = frozenset(h for h in self.result(use.call) if h.direct and h.made.bound == "creation")
        direct = self.value(use.receiver)
        for h in held:
            closing = use.method in h.made.resource.close_methods and h.direct and h in direct
            yield Usage(h.made, self.facts.path, use, closing, h.direct and h in direct, h.certain and not self._hidden(h.made))

    def _hidden(self, made: Made) -> bool:
        """Tell whether only application code touches an object of its own: tests may well replace what it talks to."""
        return made.owner is None and not self.linker.workspace.is_test_code(self.facts.path)

    def _effects(self) -> Iterable[Effect]:
        for position, call in enumerate(self.flow.calls):
            if position not in self.lifted and (kind := self._effect_kind(call)):
                yield Effect(kind, Location(self.facts.path, call.span.line, call.span.column + 1), call.text)

    def _effect_kind(self, call: CallFact) -> str:
        known = self.linker.workspace.knowledge
        if call.callee in known.by_call or call.callee in known.harmless or call.callee.startswith(("builtins.", "logging.")):
            return ""
        receiver = self.value(call.receiver)
        direct = [h.made.resource for h in receiver if h.direct]
        if any(call.method in r.close_methods or call.method in r.hands_over for r in direct):
            return ""
        if call.method in known.once or call.callee.rpartition(".")[2] in known.once:
            return "once"
        if call.method in known.harmless_methods or call.method == "__call__" and not call.callee:
            return ""
        if call.callee.startswith("asyncio."):
            return ""
        return "" if self._only_builds(call) else "unknown"

    def _only_builds(self, call: CallFact) -> bool:
        """Tell whether the call is a class of the project whose constructor was followed, or made from nothing but names."""
        return self.linker.workspace.class_at(call.callee, self.facts.path) is not None if call.callee else False


def _is_one(resource: Resource, call: CallFact) -> bool:
    """Tell whether the call is given what it needs to make ``resource`` (``class_=AsyncSession``)."""
    given = dict(call.keywords)
    return all(given.get(keyword, "").rpartition(".")[2] in values for keyword, values in resource.requires.items())


def _attribute(held: Holds) -> Holds:
    """Return what an attribute holds: nothing of a known resource, everything of an object that holds one."""
    return _holders(h for h in held if not h.direct or h.made.resource.id == "unknown")


def _holders(held: Iterable[Held]) -> Holds:
    return frozenset(Held(h.made, False, h.certain) for h in held)


def _merged(stores: Iterable[tuple[str, Holds]]) -> dict[str, Holds]:
    found: dict[str, Holds] = {}
    for place, held in stores:
        found[place] = found.get(place, EMPTY) | held
    return found
