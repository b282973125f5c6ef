"""Sync code that asks for the current event loop, directly or through code of the project (SEMANTICS §2.7).

Before pytest-asyncio 1.4 there was always one to be had; from 1.4 on `asyncio.get_event_loop()` in a sync test or
fixture raises once a loop of the run has been closed. Followed are calls of project functions, constructors with
inherited `__init__`, methods of objects whose constructor call is in sight, and properties of ``self``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.analysis.event_loop import Requester, visible_event_loop
from codemod.analysis.facts import ClassFacts, FunctionFacts
from codemod.analysis.legacy_facts import EVENT_LOOP
from codemod.analysis.members import Members
from codemod.analysis.models import has
from codemod.model import Location
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemod.analysis.facts import ModuleFacts, Ref
    from codemod.analysis.link import Linked
    from codemod.analysis.resolve import FixtureDef, FixtureKey
    from codemod.analysis.suite import Suite
    from codemod.analysis.workspace import Workspace

_MAX_DEPTH = 2
"""How many calls away it is looked for: the farther, the likelier a mock stands between."""
_Owner = tuple["ModuleFacts", "ClassFacts"]


@dataclass(frozen=True, slots=True)
class Asker:
    """A sync test (``fixture`` None) or fixture that needs a current loop, where it is asked for, and who uses it."""

    path: str
    function: FunctionFacts
    asked_at: Location
    fixture: FixtureDef | None
    users: tuple[Linked, ...]

    def as_requester(self, suite: Suite) -> Requester:
        """Return the test as one that asks for ``event_loop``, which gives it a current loop."""
        definition = visible_event_loop(suite, self.users[0].item)
        return Requester(self.path, self.function, "current-loop", False, definition)


def askers(suite: Suite) -> list[Asker]:
    """Return the sync tests and fixtures that lose the current loop on the way to the target, in the order of files."""
    if has(suite.version, "no_current_loop") or not has(suite.target, "no_current_loop"):
        return []
    return suite.once("askers", _askers)


def _askers(suite: Suite) -> list[Asker]:
    reach = _Reach(suite.workspace, Members(suite.workspace))
    found: dict[tuple[str, str], Asker] = {}
    for one in suite.linked:
        for key in (*one.fixtures, None):
            function, path = _function(one, key)
            if function.is_async or _has_loop_already(suite, one, key):
                continue
            if suite.leaves_event_loop and key is not None and one.fixtures[key].decl.name == EVENT_LOOP:
                continue  # an override has a rule of its own (LM401)
            at = reach.from_body(path, function, _made_by(one, key))
            if at is not None:
                known = found.get((path, function.qualname))
                users = (*known.users, one) if known is not None else (one,)
                fixture = one.fixtures[key] if key is not None else None
                found[path, function.qualname] = Asker(path, function, at, fixture, users)
    return sorted(found.values(), key=lambda asker: (asker.path, asker.function.span))


def _function(one: Linked, key: FixtureKey | None) -> tuple[FunctionFacts, str]:
    return (one.item.function, one.item.owner) if key is None else (one.fixtures[key].function, key.path)


def _has_loop_already(suite: Suite, one: Linked, key: FixtureKey | None) -> bool:
    """Tell whether something it needs runs on a loop, which is then the current one, or it is not pytest's to run."""
    if key is None and one.item.kind != "sync":
        return True
    if key is not None and one.fixtures[key].decl.factory == "pytest_asyncio":
        return True
    pending, seen = list(one.needs.get(key, ())), set()
    function = _function(one, key)[0]
    names = {*function.params, *function.requested}
    if key is None:
        names |= {name for mark in one.item.marks if mark.name == "usefixtures" for name in mark.args}
    while pending:
        need = pending.pop()
        if need not in seen:
            seen.add(need)
            if suite.graph.is_handled(one.fixtures[need]):
                return True
            names |= {*one.fixtures[need].function.params, one.fixtures[need].decl.name}
            pending.extend(one.needs.get(need, ()))
    return EVENT_LOOP in names


def _made_by(one: Linked, key: FixtureKey | None) -> Mapping[str, tuple[str, FunctionFacts]]:
    """Return the fixture function behind each parameter: an object it returns may ask for the loop in its methods."""
    function, _ = _function(one, key)
    by_name = {one.fixtures[need].decl.name: need for need in one.needs.get(key, ())}
    return {
        name: (by_name[name].path, one.fixtures[by_name[name]].function) for name in function.params if name in by_name
    }


@dataclass(slots=True)
class _Reach:
    """Follows calls through the project; each function is looked at once."""

    workspace: Workspace
    members: Members
    known: dict[tuple[str, str, str, int], Location | None] = field(default_factory=dict)

    def from_body(
        self, path: str, function: FunctionFacts, params: Mapping[str, tuple[str, FunctionFacts]]
    ) -> Location | None:
        """Return where a test or fixture asks for the current loop, None where it does not."""
        return self._body(path, function, None, params, 0)

    def _body(
        self,
        path: str,
        function: FunctionFacts,
        owner: _Owner | None,
        params: Mapping[str, tuple[str, FunctionFacts]],
        depth: int,
    ) -> Location | None:
        if function.is_async or depth > _MAX_DEPTH:
            return None
        if function.legacy is not None and function.legacy.current:
            span = function.legacy.current[0]
            return Location(path, span.line, span.column + 1)
        for home, inner, holder in self._callees(path, function, owner, params):
            if (found := self._once(home, inner, holder, depth + 1)) is not None:
                return found
        return None

    def _once(self, path: str, function: FunctionFacts, owner: _Owner | None, depth: int) -> Location | None:
        key = (path, function.qualname, owner[1].qualname if owner is not None else "", depth)
        if key not in self.known:
            self.known[key] = None  # a function that calls itself
            self.known[key] = self._body(path, function, owner, {}, depth)
        return self.known[key]

    def _callees(
        self,
        path: str,
        function: FunctionFacts,
        owner: _Owner | None,
        params: Mapping[str, tuple[str, FunctionFacts]],
    ) -> Iterator[tuple[str, FunctionFacts, _Owner | None]]:
        for call in function.flow.calls:
            if call.callee and (found := self.workspace.function_at(call.callee, path)) is not None:
                if found[1].fixture is None:
                    yield found[0].path, found[1], None
            elif call.callee and (kind := self.workspace.class_at(call.callee, path)) is not None:
                yield from self._method(kind, "__init__")
            else:
                for ref in call.receiver:
                    if not ref.attribute:
                        for holder in self._classes(path, function, owner, params, ref):
                            yield from self._method(holder, call.method)
            for ref in (*call.receiver, *call.args):
                if ref.attribute:
                    for holder in self._classes(path, function, owner, params, ref):
                        yield from self._property(holder, ref.attribute)

    def _classes(
        self,
        path: str,
        function: FunctionFacts,
        owner: _Owner | None,
        params: Mapping[str, tuple[str, FunctionFacts]],
        ref: Ref,
    ) -> Iterator[_Owner]:
        """Yield the project classes of a value: that of ``self``, of a constructor call, of what a fixture returns."""
        if ref.held:
            return
        if ref.kind == "self" and owner is not None:
            yield owner
        elif ref.kind == "call" and (kind := self._constructed(path, function, ref)) is not None:
            yield kind
        elif ref.kind == "param" and ref.name in params:
            home, maker = params[ref.name]
            for value in maker.flow.value:
                if value.kind == "call" and (kind := self._constructed(home, maker, value)) is not None:
                    yield kind

    def _constructed(self, path: str, function: FunctionFacts, ref: Ref) -> _Owner | None:
        callee = function.flow.calls[ref.index].callee
        return self.workspace.class_at(callee, path) if callee else None

    def _method(self, owner: _Owner, name: str) -> Iterator[tuple[str, FunctionFacts, _Owner | None]]:
        found = self.members.of_class(self.members.lineage(*owner)).get(name)
        if found is not None and isinstance(found[1], FunctionFacts):
            yield found[0].path, found[1], owner

    def _property(self, owner: _Owner, name: str) -> Iterator[tuple[str, FunctionFacts, _Owner | None]]:
        """Yield the getter of a property; its setter is a later definition of the same name."""
        for home, class_ in self.members.lineage(*owner):
            for function in home.functions:
                getter = any(d.endswith("property") for d in function.decorators)
                if getter and function.qualname == f"{class_.qualname}.{name}":
                    yield home.path, function, owner
                    return


def loop_scope_of_users(suite: Suite, asker: Asker) -> tuple[Scope | None, str]:
    """Return the loop scope all async tests that use a fixture have on the target; None and why, where they differ."""
    layout = suite.translation.layout if suite.translation is not None else suite.layout
    if layout is None:
        return None, "the loops of the suite cannot be kept"
    model = suite.planned[-1]
    scopes = {model.place(suite.graph, one, layout).test for one in asker.users if one.item.kind == "asyncio"}
    if len(scopes) > 1:
        return None, "the tests that use it run on loops of different scopes"
    return next(iter(scopes), Scope.FUNCTION) or Scope.FUNCTION, ""
