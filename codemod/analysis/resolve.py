"""The fixture graph: which items there are, and which fixture each name means for each of them.

Rules are pytest's: a name means the definition with the nearest base (class, module, conftest folders outwards,
plugins), of several with one base the last registered; a fixture that asks for its own name, itself or through
others, gets the next one outwards; autouse fixtures of every visible base join; a directly parametrized name is no
fixture.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from codemod.analysis.facts import DYNAMIC, ClassFacts, FixtureDecl, FunctionFacts, MarkFacts, ModuleFacts
from codemod.analysis.members import Definition, Lineage, Members
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemod.analysis.workspace import Workspace

PLUGINS = "*"
"""The base of what ``pytest_plugins`` names: visible everywhere, overridden by any conftest."""

_AROUND = ("setUp", "asyncSetUp", "asyncTearDown", "tearDown")
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
    """A collected test function in one class context.

    ``kind`` is asyncio, sync, isolated, testcase, foreign or unhandled; ``around`` are the set-up and tear-down methods
    a unittest class runs with it.
    """

    path: str
    classes: tuple[str, ...]
    function: FunctionFacts = field(compare=False, hash=False)
    owner: str
    name: str
    marks: tuple[MarkFacts, ...] = field(compare=False, hash=False)
    kind: str = "sync"
    copies: int = 1
    around: tuple[Definition, ...] = field(compare=False, hash=False, default=())

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
    autouse: list[tuple[str, str]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    fixtures: dict[FixtureKey, FixtureDef] = field(default_factory=dict)
    ini_usefixtures: tuple[str, ...] = ()

    def visible(self, name: str, item: Item) -> list[FixtureDef]:
        """Return the definitions of ``name`` an item sees, nearest first; one imported twice counts once."""
        bases = bases_of(item)
        found = [
            (bases[base], fixture) for base, fixture in reversed(self.registrations.get(name, ())) if base in bases
        ]
        return list(dict.fromkeys(fixture for _, fixture in sorted(found, key=lambda pair: -pair[0])))

    def closure(self, item: Item) -> dict[tuple[FixtureKey | None, str], FixtureDef]:
        """Return the fixtures an item needs, as (requester, name) -> definition; requester None is the item itself."""
        found: dict[tuple[FixtureKey | None, str], FixtureDef] = {}
        direct = directly_parametrized(item.marks)

        def request(requester: FixtureKey | None, name: str, above: tuple[str, ...]) -> None:
            # A name that is being set up already means the definition it overrides, one level up each time.
            choices = () if name in direct else self.visible(name, item)[above.count(name) :]
            if choices and (requester, name) not in found:
                fixture = found[requester, name] = choices[0]
                for needed in (*fixture.function.params, *_constants(fixture.function.requested)):
                    request(fixture.key, needed, (*above, name))

        for name in self._initial(item):
            request(None, name, ())
        return found

    def _initial(self, item: Item) -> list[str]:
        bases = bases_of(item)
        auto = [name for base, name in self.autouse if base in bases]
        marked = [arg for mark in item.marks if mark.name == "usefixtures" for arg in mark.args]
        params = () if item.kind in ("isolated", "testcase") else item.function.params
        return [*self.ini_usefixtures, *auto, *marked, *params, *_constants(item.function.requested)]

    def is_handled(self, fixture: FixtureDef) -> bool:
        """Tell whether pytest-asyncio runs this async fixture (SEMANTICS §2.9)."""
        decl = fixture.decl
        return fixture.function.is_async and (decl.factory == "pytest_asyncio" or self.mode in ("auto", "legacy"))


def _constants(names: Iterable[str]) -> list[str]:
    return [n for n in names if n != DYNAMIC]


def bases_of(item: Item) -> dict[str, int]:
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


def directly_parametrized(marks: tuple[MarkFacts, ...]) -> frozenset[str]:
    """Return the names whose values come from ``parametrize``, whatever fixtures are called so."""
    return frozenset(arg for m in marks if m.name == "parametrize" for arg in m.args if arg not in m.indirect)


def resolve(
    workspace: Workspace,
    mode: str,
    classes: tuple[str, ...] = ("Test",),
    functions: tuple[str, ...] = ("test",),
    usefixtures: tuple[str, ...] = (),
) -> Graph:
    """Build the graph of a workspace for one asyncio mode."""
    return _Resolver(Graph(workspace, mode, ini_usefixtures=usefixtures), classes, functions, Members(workspace)).run()


@dataclass(slots=True)
class _Resolver:
    graph: Graph
    class_patterns: tuple[str, ...]
    function_patterns: tuple[str, ...]
    members: Members
    done: set[tuple[str, str]] = field(default_factory=set)

    def run(self) -> Graph:
        workspace = self.graph.workspace
        for facts in workspace.conftests():
            self._register_plugins(facts)
            folder = posixpath.dirname(facts.path)
            self._register_module(facts, f"{folder}/" if folder else "")
        for facts in workspace.test_modules():
            self._register_plugins(facts)
            self._register_module(facts, facts.path)
            self._collect(facts)
        return self.graph

    # --- registrations -----------------------------------------------------------------------------------------

    def _register_plugins(self, facts: ModuleFacts) -> None:
        """A module named in ``pytest_plugins`` is a plugin for the whole run, whichever module names it."""
        for dotted in facts.plugins:
            found = self.graph.workspace.locate(dotted, facts.path)
            plugin = self.graph.workspace.module(found.path) if found is not None else None
            if plugin is not None and (plugin.path, PLUGINS) not in self.done:
                self._register_module(plugin, PLUGINS)
                self._register_plugins(plugin)

    def _register_module(self, facts: ModuleFacts, base: str) -> None:
        """Register the fixtures in a module's namespace, its own and imported ones; names in order, as pytest does."""
        if (facts.path, base) not in self.done:
            self.done.add((facts.path, base))
            self._register_all(self.members.of_module(facts), base)

    def _register_all(self, members: Mapping[str, Definition], base: str) -> None:
        for local, (home, definition) in sorted(members.items(), key=lambda member: member[0]):
            if isinstance(definition, FunctionFacts) and definition.fixture is not None:
                self._register(base, home, definition, local)

    def _register(self, base: str, home: ModuleFacts, function: FunctionFacts, local: str) -> None:
        key = FixtureKey(home.path, function.qualname)
        fixture = self.graph.fixtures.setdefault(key, FixtureDef(key, function))
        decl = fixture.decl
        name = local if decl.name == function.name else decl.name
        self.graph.registrations.setdefault(name, []).append((base, fixture))
        if decl.autouse:
            self.graph.autouse.append((base, name))

    # --- items ---------------------------------------------------------------------------------------------------

    def _collect(self, facts: ModuleFacts) -> None:
        for local, (home, definition) in self.members.of_module(facts).items():
            if isinstance(definition, ClassFacts):
                self._collect_class(facts, (home, definition), local, (), ())
            elif definition.fixture is None and _matches(local, self.function_patterns):
                self._item(facts, (), (), home, definition, "", local)

    def _collect_class(
        self,
        facts: ModuleFacts,
        found: tuple[ModuleFacts, ClassFacts],
        local: str,
        outer: tuple[str, ...],
        outer_marks: tuple[MarkFacts, ...],
    ) -> None:
        lineage = self.members.lineage(*found)
        members = self.members.of_class(lineage)
        case = self._case_kind(lineage)
        if not case and not (_matches(local, self.class_patterns) and _can_be_made(lineage, members)):
            return
        chain = (*outer, f"{outer[-1]}.{local}" if outer else local)
        marks = tuple(m for _, c in reversed(lineage) for m in c.marks) + outer_marks
        patterns = ("test",) if case else self.function_patterns
        self._register_all(members, f"{facts.path}::{chain[-1]}")
        for name, (home, member) in members.items():
            if isinstance(member, FunctionFacts):
                if member.fixture is None and _matches(name, patterns):
                    around = tuple(members[n] for n in _AROUND if case and n in members)
                    self._item(facts, chain, marks, home, member, case, name, around)
            elif not case:
                self._collect_class(facts, (home, member), name, chain, marks)

    def _case_kind(self, lineage: Lineage) -> str:
        bases = {base for _, c in lineage for base in c.bases}
        if bases & self.graph.workspace.knowledge.isolated_cases:
            return "isolated"
        return "testcase" if bases & set(_TEST_CASES) else ""

    def _item(
        self,
        facts: ModuleFacts,
        chain: tuple[str, ...],
        class_marks: tuple[MarkFacts, ...],
        home: ModuleFacts,
        function: FunctionFacts,
        case: str,
        name: str,
        around: tuple[Definition, ...] = (),
    ) -> None:
        params = tuple(p for m in function.marks for p in m.param_marks)
        marks = (*function.marks, *params, *class_marks, *facts.marks)
        self.graph.items.append(
            Item(
                path=facts.path,
                classes=chain,
                function=function,
                owner=home.path,
                name=name,
                marks=marks,
                kind=case or self._kind(function, marks),
                copies=2 if any(m.name == "parametrize" for m in marks) else 1,
                around=around,
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


def _can_be_made(lineage: Lineage, members: Mapping[str, Definition]) -> bool:
    """Tell whether pytest can make an instance of a test class: it has no constructor and is not abstract."""
    abstract = any(base in ("abc.ABC", "abc.ABCMeta") for _, c in lineage for base in c.bases)
    missing = abstract and any(
        "abc.abstractmethod" in m.decorators for _, m in members.values() if isinstance(m, FunctionFacts)
    )
    return not missing and not any(c.has_init for _, c in lineage)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, p) if any(c in p for c in "*?[") else name.startswith(p) for p in patterns)
