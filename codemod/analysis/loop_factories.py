"""Which loops tests run on: the operations that make pytest-asyncio create given loops for given tests.

From 1.4 on this is the hook ``pytest_asyncio_loop_factories`` in a conftest.py, asked for every async test while it is
collected; the innermost conftest is asked first and may defer by returning None. Before, it is a fixture
``event_loop_policy`` (since 0.23). A wide loop is kept only while the hook returns equal factories, so each has to be
one lasting object: what is no dotted name becomes a function of its own.
"""

from __future__ import annotations

import ast
import posixpath
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from codemod.analysis.loop_factory_code import (
    hook_code,
    in_class,
    is_file,
    maker_code,
    one_of,
    policy_code,
    policy_fixture_code,
)
from codemod.analysis.models import has
from codemod.analysis.names import BUILTINS
from codemod.operations import EnsureImport, InsertDefinition, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemod.analysis.facts import ModuleFacts
    from codemod.analysis.workspace import Workspace

HOOK = "pytest_asyncio_loop_factories"
POLICY = "event_loop_policy"


class LoopFactoryError(Exception):
    """The wishes cannot be expressed; ``str`` is the reason, as a clause."""


@dataclass(frozen=True, slots=True)
class Factory:
    """A Python expression for a callable that makes a loop, and the imports (module, name or None) it needs.

    ``name`` is what pytest-asyncio calls it, part of test ids where there are several; by default the first part of
    a dotted expression (``uvloop``).
    """

    expression: str
    imports: tuple[tuple[str, str | None], ...] = ()
    name: str = ""

    @property
    def key(self) -> str:
        """Return the name in the mapping the hook returns."""
        root, dot, _ = self.expression.partition(".")
        return self.name or (root if dot and self.is_dotted else "asyncio")

    @property
    def is_dotted(self) -> bool:
        """Tell whether the expression always gives an equal callable: a name, or attributes of one."""
        return all(part.isidentifier() for part in self.expression.split("."))

    @property
    def foreign_names(self) -> set[str]:
        """Return the global names in the expression that no import of its own binds."""
        bound = {name or module.partition(".")[0] for module, name in self.imports}
        nodes = ast.walk(ast.parse(self.expression, mode="eval"))
        return {n.id for n in nodes if isinstance(n, ast.Name)} - bound - BUILTINS


DEFAULT = Factory("asyncio.new_event_loop", (("asyncio", None),))
"""Makes the loops that pytest-asyncio makes without a hook."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The async tests of a place, and the factory of their loops; with several each test runs with every one.

    ``path`` is a conftest.py (all tests in and below its folder) or a test module; ``qualname`` is a class of that
    module: its tests and those of the classes in it, not of classes derived from it.
    """

    path: str
    factories: tuple[Factory, ...]
    qualname: str = ""


def operations(wishes: Iterable[Wish], workspace: Workspace, target: str) -> tuple[Operation, ...]:
    """Return the edits after which pytest-asyncio ``target`` makes the loops as wished; a narrower place wins.

    Raises LoopFactoryError where that cannot be expressed.
    """
    places: dict[tuple[str, str], Wish] = {}
    for wish in wishes:
        if places.setdefault((wish.path, wish.qualname), wish) != wish:
            raise LoopFactoryError(f"{wish.path} would need two kinds of loops at once")
    if not has(target, "loop_factories"):
        return tuple(op for wish in places.values() for op in _policy(wish, workspace, target))
    folders: dict[str, list[Wish]] = {}
    for wish in places.values():
        folders.setdefault(posixpath.dirname(wish.path), []).append(wish)
    return tuple(op for folder in sorted(folders) for op in _Conftest(folder, folders, workspace).operations())


def _policy(wish: Wish, workspace: Workspace, target: str) -> list[Operation]:
    """Return the edits that make the loops of a place before 1.4."""
    if not has(target, "scoped_loops"):
        raise LoopFactoryError(f"pytest-asyncio {target} has no way to choose loops but the event_loop fixture")
    if wish.qualname or len(wish.factories) != 1:
        raise LoopFactoryError("before pytest-asyncio 1.4 only a whole file can be given loops of one kind")
    facts = workspace.module(wish.path) if wish.path in workspace.files else None
    if facts is not None and _defines(facts, POLICY):
        raise LoopFactoryError(f"{wish.path} has an {POLICY} already")
    factory, name = wish.factories[0], _unused("_EventLoopPolicy", _names(facts))
    return [
        InsertDefinition(wish.path, policy_code(name, factory.expression)),
        InsertDefinition(wish.path, policy_fixture_code(name)),
        *_imports(wish.path, {("asyncio", None): None, ("pytest", None): None, **dict.fromkeys(factory.imports)}),
    ]


@dataclass(slots=True)
class _Conftest:
    """The one hook of one folder."""

    folder: str
    folders: dict[str, list[Wish]]
    workspace: Workspace
    facts: ModuleFacts | None = None
    taken: set[str] = field(default_factory=set)
    makers: dict[str, str] = field(default_factory=dict)
    imports: dict[tuple[str, str | None], None] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return posixpath.join(self.folder, "conftest.py")

    def operations(self) -> list[Operation]:
        """Return the edits of the conftest.py."""
        self._open()
        mine = self.folders[self.folder]
        tests = self._tests([w for w in mine if w.path != self.path])
        everything = next((w.factories for w in mine if w.path == self.path), None)
        if everything is None and not self._is_below_a_hook():
            everything = (DEFAULT,)
        otherwise = "None" if everything is None else self._mapping(everything)
        codes = [*(maker_code(name, text) for text, name in self.makers.items()), hook_code(tests, otherwise)]
        return [*(InsertDefinition(self.path, code) for code in codes), *_imports(self.path, self.imports)]

    def _open(self) -> None:
        exists = self.path in self.workspace.files
        self.facts = self.workspace.module(self.path) if exists else None
        if exists and self.facts is None:
            raise LoopFactoryError(f"{self.path} cannot be read")
        if self.facts is not None and _defines(self.facts, HOOK):
            raise LoopFactoryError(f"{self.path} has a {HOOK} hook already")
        if not exists and (user := next(filter(_imports_conftest, self.workspace.test_modules()), None)) is not None:
            raise LoopFactoryError(f"{user.path} imports `conftest`, which may then be the new {self.path}")
        self.taken = _names(self.facts)

    def _tests(self, wishes: list[Wish]) -> list[tuple[str, str]]:
        """Return (condition, mapping) of every wish for a module or a class; a narrower place comes first."""
        tests: list[tuple[str, str]] = []
        wishes = sorted(wishes, key=lambda w: (-w.qualname.count("."), w.path, w.qualname))
        for wish in (w for w in wishes if w.qualname):
            name = posixpath.basename(wish.path)
            condition = in_class(name, wish.qualname)
            if self._is_ambiguous(name):
                condition = f"{self._is_file(name)} and {condition}"
            tests.append((condition, self._mapping(wish.factories, wish.path)))
        modules: dict[str, list[str]] = {}
        for wish in (w for w in wishes if not w.qualname):
            name, mapping = posixpath.basename(wish.path), self._mapping(wish.factories, wish.path)
            if self._is_ambiguous(name):
                tests.append((self._is_file(name), mapping))
            else:
                modules.setdefault(mapping, []).append(name)
        return [*tests, *((one_of(names), mapping) for mapping, names in modules.items())]

    def _is_ambiguous(self, name: str) -> bool:
        """Tell whether a folder below has a file of the same name, whose tests the hook is asked about too."""
        mine = posixpath.join(self.folder, name)
        below = f"{self.folder}/" if self.folder else ""
        return any(p != mine and p.startswith(below) and posixpath.basename(p) == name for p in self.workspace.files)

    def _is_file(self, name: str) -> str:
        self.imports["pathlib", "Path"] = None
        return is_file(name)

    def _mapping(self, factories: tuple[Factory, ...], module: str = "") -> str:
        """Return the dictionary display of ``factories``; those of a test module must not need anything of it."""
        named: dict[str, str] = {}
        for factory in factories:
            if module and (local := min(factory.foreign_names, default="")):
                raise LoopFactoryError(f"{local} is defined in {module}, where a conftest.py cannot reach it")
            if factory.key in named:
                raise LoopFactoryError(f"two kinds of loops would both be called {factory.key}")
            self.imports.update(dict.fromkeys(factory.imports))
            named[factory.key] = factory.expression if factory.is_dotted else self._maker(factory)
        return "{" + ", ".join(f'"{key}": {expression}' for key, expression in named.items()) + "}"

    def _maker(self, factory: Factory) -> str:
        """Return the name of the function that does what the expression does."""
        if factory.expression not in self.makers:
            name = self.makers[factory.expression] = _unused("new_event_loop", self.taken)
            self.taken.add(name)
        return self.makers[factory.expression]

    def _is_below_a_hook(self) -> bool:
        parts = self.folder.split("/") if self.folder else []
        above = {"/".join(parts[:size]) for size in range(len(parts))}
        if above & set(self.folders):
            return True
        outer = (c for c in self.workspace.conftests() if posixpath.dirname(c.path) in above)
        return any(_defines(facts, HOOK) for c in outer for facts in (c, *self._plugins(c)))

    def _plugins(self, conftest: ModuleFacts) -> list[ModuleFacts]:
        found = (self.workspace.locate(dotted, conftest.path) for dotted in conftest.plugins)
        return [facts for f in found if f is not None and (facts := self.workspace.module(f.path)) is not None]


def _imports_conftest(facts: ModuleFacts) -> bool:
    return any(target.partition(".")[0] == "conftest" for target in (*facts.imports.values(), *facts.stars))


def _names(facts: ModuleFacts | None) -> set[str]:
    if facts is None:
        return set()
    defined = {*(f.qualname for f in facts.functions), *(c.qualname for c in facts.classes)}
    return {*facts.imports, *facts.flow.bindings, *defined}


def _defines(facts: ModuleFacts, name: str) -> bool:
    return name in facts.imports or name in facts.flow.bindings or facts.function(name) is not None


def _unused(name: str, taken: set[str]) -> str:
    numbered = (name if number == 1 else f"{name}_{number}" for number in count(1))
    return next(each for each in numbered if each not in taken)


def _imports(path: str, imports: Iterable[tuple[str, str | None]]) -> list[Operation]:
    return [EnsureImport(path, module, name) for module, name in imports]
