"""Fixtures that come from other pytest plugins and have to do with `event_loop` or `loop`.

What is required is looked up in knowledge/plugins.toml; what is installed is read with the indexer, as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.analysis.facts import FunctionFacts
from codemod.analysis.members import Members
from codemod.analysis.workspace import Workspace
from codemod.knowledge import plugins
from codemod.project.requirements import reaches
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemod.analysis.resolve import Graph, Item
    from codemod.knowledge import Plugin
    from codemod.project.installed import Installed, InstalledPlugin
    from codemod.project.requirements import Pins

NEEDS, BRINGS, REMOVED = "needs", "brings", "removed"
_LOOPS = ("event_loop", "loop")
_PLUGIN = "pytest-asyncio"


@dataclass(frozen=True, slots=True)
class OutsideFixture:
    """A fixture of another plugin: it needs ``event_loop``, brings a loop, or is removed by release ``first``.

    ``version`` is known where the plugin is installed; ``first`` is the release from which on it is otherwise, "" where
    there is none; ``place`` is the ``path:line`` of the requirement, "" where there is none.
    """

    distribution: str
    name: str
    kind: str
    scope: Scope = Scope.FUNCTION
    autouse: bool = False
    version: str = ""
    first: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Outside:
    """All such fixtures of a project's plugins; ``notes`` say what could not be read."""

    fixtures: tuple[OutsideFixture, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def brought(self) -> frozenset[str]:
        """Return the names of the loop fixtures that plugins bring."""
        return frozenset(one.name for one in self.fixtures if one.kind == BRINGS)

    def of_kind(self, kind: str) -> tuple[OutsideFixture, ...]:
        """Return the fixtures of one kind."""
        return tuple(one for one in self.fixtures if one.kind == kind)


def outside_of(required: Mapping[str, Pins], installed: Installed | None) -> Outside:
    """Return what the plugins a project requires bring; an installed plugin is judged by its source instead."""
    found: list[OutsideFixture] = []
    notes = list(installed.notes) if installed is not None else []
    judged = {_PLUGIN}
    for source in installed.plugins if installed is not None else ():
        assert installed is not None
        workspace = Workspace(installed.root, source.files)
        fixtures = _fixtures(workspace, source.modules)
        failures = {**workspace.failures, **workspace.unread}
        notes += [f"--python: {path} was passed over: {failure.reason}" for path, failure in sorted(failures.items())]
        if source.distribution not in judged and not failures:
            judged.add(source.distribution)
            found += _from_source(source, fixtures, required.get(source.distribution))
    for plugin in plugins():
        if plugin.distribution not in judged and (pins := required.get(plugin.distribution)) is not None:
            found += _from_table(plugin, pins)
    return Outside(tuple(found), tuple(notes))


def _from_table(plugin: Plugin, pins: Pins) -> Iterator[OutsideFixture]:
    name, first, place = plugin.distribution, plugin.first, _place(pins)
    for removed in plugin.removed:
        yield OutsideFixture(name, removed, REMOVED, first=first, place=place)
    if first and reaches(pins, (first, plugin.newest)):
        return
    for needing in plugin.needs:
        yield OutsideFixture(name, needing, NEEDS, autouse=needing in plugin.autouse, first=first, place=place)
    for brought, scope in plugin.brings.items():
        yield OutsideFixture(name, brought, BRINGS, Scope.parse(scope) or Scope.FUNCTION, first=first, place=place)


def _from_source(
    plugin: InstalledPlugin, fixtures: Mapping[str, FunctionFacts], pins: Pins | None
) -> Iterator[OutsideFixture]:
    """Judge the fixtures read in an installed plugin."""
    known = next((each for each in plugins() if each.distribution == plugin.distribution), None)
    place, first = _place(pins) if pins is not None else "", known.first if known is not None else ""
    for name, function in sorted(fixtures.items()):
        decl = function.fixture
        scope = Scope.parse((decl.scope if decl is not None else None) or "function") or Scope.FUNCTION
        auto = decl is not None and decl.autouse
        removed = known is not None and name in known.removed
        common = (plugin.distribution, name)
        if removed:
            yield OutsideFixture(*common, REMOVED, scope, auto, plugin.version, first, place)
        if name in _LOOPS:
            yield OutsideFixture(*common, BRINGS, scope, auto, plugin.version, first, place)
        elif not removed and "event_loop" not in fixtures and _needs(name, fixtures, frozenset()):
            yield OutsideFixture(*common, NEEDS, scope, auto, plugin.version, first, place)


def _fixtures(workspace: Workspace, modules: tuple[str, ...]) -> dict[str, FunctionFacts]:
    """Return the fixtures of plugin modules and of those they name in ``pytest_plugins``."""
    members, found, waiting = Members(workspace), dict[str, FunctionFacts](), list(modules)
    seen = set[str]()
    while waiting:
        dotted = waiting.pop()
        stem = dotted.replace(".", "/")
        path = next((p for p in (f"{stem}.py", f"{stem}/__init__.py") if p in workspace.files), "")
        facts = workspace.module(path) if path and path not in seen else None
        seen.add(path)
        waiting += facts.plugins if facts is not None else ()
        for local, (_, definition) in members.of_module(facts).items() if facts is not None else ():
            if isinstance(definition, FunctionFacts) and definition.fixture is not None:
                name = definition.fixture.name
                found[local if name == definition.name else name] = definition
    return found


def _needs(name: str, fixtures: Mapping[str, FunctionFacts], above: frozenset[str]) -> bool:
    if name == "event_loop":
        return True
    function = fixtures.get(name)
    if function is None or name in above:
        return False
    return any(_needs(one, fixtures, above | {name}) for one in (*function.params, *function.requested))


def _place(pins: Pins) -> str:
    return pins.specs[0].origin if pins.specs else pins.locked.origin if pins.locked else ""


def requests(graph: Graph, name: str) -> Iterator[tuple[str, FunctionFacts, Item]]:
    """Yield who asks for fixture ``name`` where the project does not define it: path, function and a test in need."""
    seen: set[tuple[str, str]] = set()
    for item in graph.items:
        if graph.visible(name, item):
            continue
        marked = tuple(arg for mark in item.marks if mark.name == "usefixtures" for arg in mark.args)
        direct = {arg for mark in item.marks if mark.name == "parametrize" for arg in mark.args}
        asking = [(item.owner, item.function, (*item.function.params, *item.function.requested, *marked))]
        for key, fixture in {f.key: f for f in graph.closure(item).values()}.items():
            asking.append((key.path, fixture.function, (*fixture.function.params, *fixture.function.requested)))
        for path, function, names in asking:
            if name in names and name not in direct and (path, function.qualname) not in seen:
                seen.add((path, function.qualname))
                yield path, function, item
