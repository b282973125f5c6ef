"""Who defines and who asks for the ``event_loop`` fixture, read off the files that mention it: before any linking."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.analysis.facts import FunctionFacts
from codemod.analysis.legacy_facts import EVENT_LOOP
from codemod.analysis.members import Members
from codemod.analysis.resolve import PLUGINS, directly_parametrized
from codemod.knowledge import versions
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.facts import ModuleFacts
    from codemod.analysis.workspace import Workspace

OWN_LOOP = versions().since["repaired"]
"""The version from which on a fixture called ``event_loop`` is a suite's own business."""

_WORD = re.compile(rb"\bevent_loop\b")
_PLUGINS = re.compile(rb"\bpytest_plugins\b")
_STAR = re.compile(rb"\bimport\s+\*")


def is_shim(function: FunctionFacts) -> bool:
    """Tell whether a fixture hands the running loop to sync code (SEMANTICS §3.1): an async one under the plugin."""
    return function.fixture is not None and function.is_async and function.fixture.factory == "pytest_asyncio"


@dataclass(frozen=True, slots=True)
class _Definition:
    """A fixture called ``event_loop``: where it holds (a folder, a file or everywhere) and where it is written."""

    base: str
    path: str
    function: FunctionFacts

    @property
    def place(self) -> str:
        return f"{self.path}:{self.function.span.line}"

    @property
    def is_shim(self) -> bool:
        """Tell whether it only hands out the loop that runs it, which is what works on every version."""
        return is_shim(self.function)

    @property
    def scope(self) -> Scope:
        """Return the cache scope, the widest where it is computed."""
        decl = self.function.fixture
        if decl is None or decl.scope is None:
            return Scope.FUNCTION
        return Scope.parse(decl.scope) or Scope.SESSION

    def reaches(self, path: str) -> bool:
        return self.base in (PLUGINS, "", path) or (self.base.endswith("/") and path.startswith(self.base))


@dataclass(frozen=True, slots=True)
class _Request:
    path: str
    function: FunctionFacts | None
    line: int
    by_async: bool


@dataclass(slots=True)
class EventLoopFacts:
    """All definitions of and requests for ``event_loop`` in a workspace; ``outside`` are fixtures of other plugins."""

    workspace: Workspace
    outside: frozenset[str] = frozenset()
    _defined: list[_Definition] = field(default_factory=list)
    _requested: list[_Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the files that may matter."""
        members = Members(self.workspace)
        for facts, base in _modules(self.workspace):
            self._defined += _definitions(facts, base, members)
            self._requested += _requests(facts, self.workspace.is_test_file(facts.path))

    def shims(self) -> list[str]:
        """Return the places of the definitions that work on every version."""
        return [one.place for one in self._defined if one.is_shim]

    def legacy(self) -> str:
        """Return what only versions before 1.0 honour, in words with its place, "" where there is nothing."""
        overrides = [one for one in self._defined if not one.is_shim and not self._is_own_loop(one)]
        if overrides:
            return f"the `{EVENT_LOOP}` override at {overrides[0].place}"
        if EVENT_LOOP in self.outside:
            return ""
        unmet = [one for one in self._requested if not any(d.reaches(one.path) for d in self._defined)]
        return f"the request for `{EVENT_LOOP}` at {unmet[0].path}:{unmet[0].line}" if unmet else ""

    def shares_with_wide_fixture(self) -> bool:
        """Tell whether a wide override is there for a wide async fixture: from 0.23 on they have loops of their own."""
        wide = [one for one in self._defined if not one.is_shim and one.scope > Scope.FUNCTION]
        return bool(wide) and any(
            decl is not None and f.is_async and decl.loop_scope is None and (decl.scope or "function") != "function"
            for facts in (*self.workspace.conftests(), *self.workspace.test_modules())
            for f in facts.functions
            for decl in (f.fixture,)
        )

    def _is_own_loop(self, one: _Definition) -> bool:
        """Tell whether a fixture makes the same loops for the same users on any version.

        No async function asks for it, itself or through sync fixtures, and it either lives as long as one test or is
        out of sight of every async function.
        """
        if one.function.is_async or any(r.by_async and one.reaches(r.path) for r in self._all_requests()):
            return False
        asked = any(one.reaches(request.path) for request in self._requested)
        return one.scope is Scope.FUNCTION or (asked and not any(self._async_paths(one)))

    def _async_paths(self, one: _Definition) -> Iterator[str]:
        for facts in (*self.workspace.conftests(), *self.workspace.test_modules()):
            if one.reaches(facts.path) and any(f.is_async and _is_pytests(f, True) for f in facts.functions):
                yield facts.path

    def _all_requests(self) -> Iterator[_Request]:
        """Yield the requests, also those of async functions for sync fixtures that need the loop, by name."""
        yield from self._requested
        names = {
            r.function.fixture.name for r in self._requested if r.function and r.function.fixture and not r.by_async
        }
        if names:
            for facts in (*self.workspace.conftests(), *self.workspace.test_modules()):
                for f in facts.functions:
                    if f.is_async and _is_pytests(f, True) and names & {*f.params, *f.requested}:
                        yield _Request(facts.path, f, f.span.line, by_async=True)


def _modules(workspace: Workspace) -> Iterator[tuple[ModuleFacts, str]]:
    """Yield the conftests, test modules and plugins that mention the fixture, with the base their fixtures get."""
    plugins: dict[str, ModuleFacts] = {}
    for path in sorted(workspace.files):
        conftest = posixpath.basename(path) == "conftest.py"
        if not conftest and not workspace.is_test_file(path):
            continue
        data = workspace.read(path) or b""
        named = _PLUGINS.search(data)
        if (named or _WORD.search(data) or _STAR.search(data)) and (facts := workspace.module(path)) is not None:
            folder = posixpath.dirname(path)
            yield facts, (f"{folder}/" if folder else "") if conftest else path
            _add_plugins(workspace, facts, plugins)
    for facts in plugins.values():
        yield facts, PLUGINS


def _add_plugins(workspace: Workspace, facts: ModuleFacts, found: dict[str, ModuleFacts]) -> None:
    for dotted in facts.plugins:
        target = workspace.locate(dotted, facts.path)
        plugin = workspace.module(target.path) if target is not None else None
        if plugin is not None and plugin.path not in found:
            found[plugin.path] = plugin
            _add_plugins(workspace, plugin, found)


def _definitions(facts: ModuleFacts, base: str, members: Members) -> Iterator[_Definition]:
    own = [(facts.path, f) for f in facts.functions]
    held = [
        (home.path, definition)
        for home, definition in members.of_module(facts).values()
        if home.path != facts.path and isinstance(definition, FunctionFacts)
    ]
    for path, function in (*own, *held):
        if function.fixture is not None and function.fixture.name == EVENT_LOOP:
            yield _Definition(base, path, function)


def _requests(facts: ModuleFacts, tests: bool) -> Iterator[_Request]:
    for function in facts.functions:
        if _is_pytests(function, tests) and _asks(function):
            overriding = function.fixture is not None and function.fixture.name == EVENT_LOOP
            if not overriding:
                yield _Request(facts.path, function, function.span.line, function.is_async)
    for mark in (*facts.marks, *(m for c in facts.classes for m in c.marks)):
        if mark.name == "usefixtures" and EVENT_LOOP in mark.args:
            yield _Request(facts.path, None, mark.span.line, by_async=True)


def _is_pytests(function: FunctionFacts, tests: bool) -> bool:
    return function.fixture is not None or (tests and function.name.startswith("test"))


def _asks(function: FunctionFacts) -> bool:
    direct = EVENT_LOOP in directly_parametrized(function.marks)
    named = any(m.name == "usefixtures" and EVENT_LOOP in m.args for m in function.marks)
    return not direct and (named or EVENT_LOOP in function.params or EVENT_LOOP in function.requested)
