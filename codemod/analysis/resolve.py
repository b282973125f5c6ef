"""The fixture graph: which items there are, and which fixture each name means for each of them.

Rules are pytest's: a name means the definition with the nearest base (class, module, conftest folders outwards,
plugins); a fixture that asks for its own name gets the next one outwards; autouse fixtures of every visible base
join; a directly parametrized name is no fixture.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatch

from codemod.analysis.facts import DYNAMIC, ClassFacts, FixtureDecl, FunctionFacts, MarkFacts, ModuleFacts
from codemod.analysis.workspace import Workspace
from codemod.scopes import Scope

PLUGINS = "*"
"""The base of what ``pytest_plugins`` names: visible everywhere, overridden by any conftest."""

_TEST_CASES = ("unittest.TestCase", "unittest.case.TestCase")


@dataclass(frozen=True, slots=True)
class FixtureKey:
    """Identifies a fixture definition: file and qualified name."""

    path: str
    qualname: str


@dataclass(frozen=True, slots=True)
class FixtureDef:
    """A fixture definition with its facts; equality is by key."""

    key: FixtureKey
    function: FunctionFacts = field(compare=False, hash=False)

    @property
    def decl(self) -> FixtureDecl:
        """Return the decorator's facts."""
        assert self.function.fixture is not None
        return self.function.fixture

    @property
    def scope(self) -> Scope | None:
        """Return the cache scope, None where it is dynamic or misspelt."""
        return Scope.FUNCTION if self.decl.scope is None else Scope.parse(self.decl.scope)


@dataclass(frozen=True, slots=True)
class Item:
    """A collected test function in one class context. ``kind`` is asyncio, sync, isolated, foreign or unhandled."""

    path: str
    classes: tuple[str, ...]
    function: FunctionFacts = field(compare=False, hash=False)
    owner: str
    name: str
    marks: tuple[MarkFacts, ...] = field(compare=False, hash=False)
    kind: str = "sync"
    copies: int = 1

    @property
    def id(self) -> str:
        """Return the node id without parametrization."""
        return "::".join([self.path, *(self.classes[-1].split(".") if self.classes else ()), self.name])


@dataclass(slots=True)
class Graph:
    """All registrations and items of a project."""

    workspace: Workspace
    mode: str
    registrations: dict[str, list[tuple[str, FixtureDef]]] = field(default_factory=dict)
    autouse: list[tuple[str, FixtureDef]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    fixtures: dict[FixtureKey, FixtureDef] = field(default_factory=dict)
    ini_usefixtures: tuple[str, ...] = ()

    def visible(self, name: str, item: Item) -> list[FixtureDef]:
        """Return the definitions of ``name`` an item sees, nearest first."""
        bases = _bases(item)
        found = [(bases[base], fixture) for base, fixture in self.registrations.get(name, ()) if base in bases]
        return [fixture for _, fixture in sorted(found, key=lambda pair: -pair[0])]

    def closure(self, item: Item) -> dict[tuple[FixtureKey | None, str], FixtureDef]:
        """Return the fixtures an item needs, as (requester, name) -> definition; requester None is the item itself."""
        direct = _directly_parametrized(item.marks)
        found: dict[tuple[FixtureKey | None, str], FixtureDef] = {}
        bases = _bases(item)
        auto = [f.decl.name for base, f in self.autouse if base in bases]
        wanted: list[tuple[FixtureDef | None, str]] = [(None, n) for n in (*auto, *self._initial(item))]
        while wanted:
            requester, name = wanted.pop(0)
            key = (requester.key if requester else None, name)
            if key in found or name in direct:
                continue
            fixture = self._meaning(name, item, requester)
            if fixture is None:
                continue
            found[key] = fixture
            wanted += [(fixture, n) for n in (*fixture.function.params, *_constants(fixture.function.requested))]
        return found

    def _initial(self, item: Item) -> list[str]:
        marked = [arg for mark in item.marks if mark.name == "usefixtures" for arg in mark.args]
        params = () if item.kind in ("isolated", "testcase") else item.function.params
        return [*self.ini_usefixtures, *marked, *params, *_constants(item.function.requested)]

    def _meaning(self, name: str, item: Item, requester: FixtureDef | None) -> FixtureDef | None:
        choices = self.visible(name, item)
        if requester is not None and requester.decl.name == name and requester in choices:
            choices = choices[choices.index(requester) + 1 :]
        return choices[0] if choices else None

    def is_handled(self, fixture: FixtureDef) -> bool:
        """Tell whether pytest-asyncio runs this async fixture (SEMANTICS §2.9)."""
        decl = fixture.decl
        return fixture.function.is_async and (decl.factory == "pytest_asyncio" or self.mode == "auto")


def _constants(names: Iterable[str]) -> list[str]:
    return [n for n in names if n != DYNAMIC]


def _bases(item: Item) -> dict[str, int]:
    """Return the bases an item sees with their depth: plugins, the root (""), folders, the module, its classes."""
    bases = {PLUGINS: 0, "": 1}
    parts = posixpath.dirname(item.path).split("/")
    for size in range(1, len(parts) + 1):
        if folder := "/".join(parts[:size]):
            bases[folder + "/"] = size + 1
    bases[item.path] = 1000
    for depth, qualname in enumerate(item.classes):
        bases[f"{item.path}::{qualname}"] = 1001 + depth
    return bases


def _directly_parametrized(marks: tuple[MarkFacts, ...]) -> frozenset[str]:
    return frozenset(arg for m in marks if m.name == "parametrize" for arg in m.args if arg not in m.indirect)


def resolve(
    workspace: Workspace, mode: str, classes: tuple[str, ...] = ("Test",), functions: tuple[str, ...] = ("test",), usefixtures: tuple[str, ...] = ()
) -> Graph:
    """Build the graph of a workspace for one asyncio mode."""
    return _Resolver(Graph(workspace, mode, ini_usefixtures=usefixtures), classes, functions).run()


@dataclass(slots=True)
class _Resolver:
    graph: Graph
    class_patterns: tuple[str, ...]
    function_patterns: tuple[str, ...]
    done: set[tuple[str, str]] = field(default_factory=set)

    def run(self) -> Graph:
        workspace = self.graph.workspace
        for facts in workspace.conftests():
            self._register_plugins(facts)
            folder = posixpath.dirname(facts.path)
            self._register_module(facts, f"{folder}/" if folder else "")
        for facts in workspace.test_modules():
            self._register_module(facts, facts.path)
            self._collect(facts)
        return self.graph

    # --- registrations -----------------------------------------------------------------------------------------

    def _register_plugins(self, facts: ModuleFacts) -> None:
        """A module named in ``pytest_plugins`` is a plugin for the whole run, whichever conftest names it."""
        for dotted in facts.plugins:
            found = self.graph.workspace.locate(dotted, facts.path)
            plugin = self.graph.workspace.module(found.path) if found is not None else None
            if plugin is not None and (plugin.path, PLUGINS) not in self.done:
                self._register_module(plugin, PLUGINS)
                self._register_plugins(plugin)

    def _register_module(self, facts: ModuleFacts, base: str) -> None:
        """Register what the module's namespace holds: its own fixtures, imported ones, and those of its classes."""
        if (facts.path, base) in self.done:
            return
        self.done.add((facts.path, base))
        for function in facts.functions:
            if function.fixture is not None and "." not in function.qualname:
                self._register(base, facts, function)
        for local, dotted in facts.imports.items():
            found = self.graph.workspace.function_at(dotted, facts.path)
            if found is not None and found[1].fixture is not None:
                self._register(base, *found, local)
        for star in facts.stars:
            source = self.graph.workspace.locate(star, facts.path)
            module = self.graph.workspace.module(source.path) if source is not None else None
            if module is not None:
                self._register_module(module, base)

    def _register(self, base: str, facts: ModuleFacts, function: FunctionFacts, local: str = "") -> None:
        key = FixtureKey(facts.path, function.qualname)
        fixture = self.graph.fixtures.setdefault(key, FixtureDef(key, function))
        decl = fixture.decl
        name = local if local and decl.name == function.name else decl.name
        entry = (base, fixture)
        known = self.graph.registrations.setdefault(name, [])
        if entry not in known:
            known.append(entry)
            if decl.autouse:
                self.graph.autouse.append(entry)

    # --- items ---------------------------------------------------------------------------------------------------

    def _collect(self, facts: ModuleFacts) -> None:
        for function in facts.functions:
            if "." not in function.qualname and self._is_test(function):
                self._item(facts, (), (), facts, function, "")
        for class_ in facts.classes:
            if "." not in class_.qualname:
                self._collect_class(facts, class_, ())
        for local, dotted in facts.imports.items():
            if self._is_class_name(local) and (found := self.graph.workspace.class_at(dotted, facts.path)):
                self._collect_members(facts, found[0], found[1], (local,), ())

    def _is_test(self, function: FunctionFacts) -> bool:
        return function.fixture is None and _matches(function.name, self.function_patterns)

    def _is_class_name(self, name: str) -> bool:
        return _matches(name, self.class_patterns)

    def _collect_class(self, facts: ModuleFacts, class_: ClassFacts, outer: tuple[ClassFacts, ...]) -> None:
        lineage = self._lineage(facts, class_)
        is_case = any(base in (*_TEST_CASES, *self.graph.workspace.knowledge.isolated_cases) for _, c in lineage for base in c.bases)
        if not is_case and (not self._is_class_name(class_.name) or class_.has_init):
            return
        chain = (*(c.qualname for c in outer), class_.qualname)
        self._collect_members(facts, facts, class_, chain, outer)
        for inner in facts.classes:
            if inner.qualname.rpartition(".")[0] == class_.qualname:
                self._collect_class(facts, inner, (*outer, class_))

    def _collect_members(
        self, facts: ModuleFacts, home: ModuleFacts, class_: ClassFacts, chain: tuple[str, ...], outer: tuple[ClassFacts, ...]
    ) -> None:
        lineage = self._lineage(home, class_)
        kind = self._case_kind(lineage)
        marks = tuple(m for _, c in reversed(lineage) for m in c.marks) + tuple(m for c in reversed(outer) for m in c.marks)
        seen: set[str] = set()
        for module, member_class in lineage:
            for function in module.functions:
                owner, _, name = function.qualname.rpartition(".")
                if owner != member_class.qualname or name in seen:
                    continue
                seen.add(name)
                if function.fixture is not None:
                    self._register(f"{facts.path}::{chain[-1]}", module, function)
                elif self._is_test(function):
                    self._item(facts, chain, marks, module, function, kind)

    def _lineage(self, facts: ModuleFacts, class_: ClassFacts) -> list[tuple[ModuleFacts, ClassFacts]]:
        """Return the class and its bases within the project, nearest first (close to the MRO for plain hierarchies)."""
        found = [(facts, class_)]
        for dotted in class_.bases:
            base = self.graph.workspace.class_at(dotted, facts.path) if dotted else None
            if base is not None and base[1] is not class_:
                found += [pair for pair in self._lineage(*base) if pair not in found]
        return found

    def _case_kind(self, lineage: list[tuple[ModuleFacts, ClassFacts]]) -> str:
        bases = {base for _, c in lineage for base in c.bases}
        if bases & self.graph.workspace.knowledge.isolated_cases:
            return "isolated"
        return "testcase" if bases & set(_TEST_CASES) else ""

    def _item(
        self, facts: ModuleFacts, chain: tuple[str, ...], class_marks: tuple[MarkFacts, ...], home: ModuleFacts, function: FunctionFacts, case: str
    ) -> None:
        params = tuple(p for m in function.marks for p in m.param_marks)
        marks = (*function.marks, *params, *class_marks, *facts.marks)
        self.graph.items.append(
            Item(
                path=facts.path,
                classes=chain,
                function=function,
                owner=home.path,
                name=function.name,
                marks=marks,
                kind=case if case in ("isolated", "testcase") else self._kind(function, marks),
                copies=2 if any(m.name == "parametrize" for m in marks) else 1,
            )
        )

    def _kind(self, function: FunctionFacts, marks: tuple[MarkFacts, ...]) -> str:
        """Tell who runs the test: pytest-asyncio, another async plugin (by mark), nobody, or it is sync."""
        if not function.is_async:
            return "sync"
        names = {m.name for m in marks}
        if "asyncio" in names:
            return "asyncio"
        if names & {"anyio", "trio", "twisted", "gen_test"}:
            return "foreign"
        return "asyncio" if self.graph.mode == "auto" else "unhandled"


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, p) if any(c in p for c in "*?[") else name.startswith(p) for p in patterns)
