"""What becomes of `event_loop`: overrides are deleted or keep their set-up, sync code gets the shim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.analysis.custom_loops import custom_loops, decisions
from codemod.analysis.event_loop import (
    Decision,
    Requester,
    dead_overrides,
    is_hoisted,
    override_decision,
    reached,
)
from codemod.analysis.importers import importers
from codemod.analysis.models import has
from codemod.analysis.shim import kept_requests, shim_code
from codemod.operations import (
    AddDecorator,
    DeleteDefinition,
    DropImportIfUnused,
    EnsureImport,
    InsertDefinition,
    InsertStatements,
    MakeAsync,
    Operation,
    RemoveStatement,
    RenameFunction,
    ReplaceCallee,
    ReplaceDefinition,
    ReplaceExpression,
    SetCallKeyword,
    SetOption,
)
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.loop_bodies import LoopBody
    from codemod.analysis.resolve import FixtureDef
    from codemod.analysis.suite import Suite
    from codemod.operations import Span

_DEBUG_OPTION = "asyncio_debug"


@dataclass(frozen=True, slots=True)
class Override:
    """An override with what is to become of it."""

    fixture: FixtureDef
    decision: Decision
    operations: tuple[Operation, ...]

    @property
    def wide(self) -> bool:
        """Tell whether tests shared its loop: it goes with the translation of the loops or not at all."""
        return self.fixture.scope is not Scope.FUNCTION


def translated_overrides(suite: Suite) -> list[Override]:
    """Return every override with its decision and edits; without edits where a person has to decide."""
    asked = kept_requests(suite)
    found = []
    loops = custom_loops(suite)
    for fixture, decision in decisions(suite).items():
        edits = () if decision.action == "keep" else tuple(_edits(suite, fixture, decision, _has(asked, fixture)))
        found.append(Override(fixture, decision, (*edits, *loops.operations) if edits else ()))
    return found


def without_use(suite: Suite) -> list[Override]:
    """Return the overrides that a version without ``event_loop`` ignores and that can go, with their edits."""
    found = []
    for fixture in dead_overrides(suite):
        decision = override_decision(suite, fixture)
        if decision.action == "delete" and not fixture.decl.autouse:
            found.append(Override(fixture, decision, tuple(_edits(suite, fixture, decision, asked=False))))
    return found


def _has(asked: list[Requester], fixture: FixtureDef) -> bool:
    return any(requester.definition == fixture for requester in asked)


def _edits(suite: Suite, fixture: FixtureDef, decision: Decision, asked: bool) -> Iterator[Operation]:
    assert fixture.function.legacy is not None
    body = fixture.function.legacy.body
    assert body is not None
    path = fixture.key.path
    shim = shim_code(fixture.scope or Scope.FUNCTION)
    if decision.action != "delete":
        yield from _surroundings(suite, fixture, body, decision.action)
    elif asked:
        yield ReplaceDefinition(path, fixture.function.span, shim)
    else:
        yield DeleteDefinition(path, fixture.function.span)
        for importer, name in importers(suite, fixture):
            yield DropImportIfUnused(importer, name)
    if asked:
        yield EnsureImport(path, "asyncio")
        yield EnsureImport(path, "pytest_asyncio")
        if decision.action != "delete":
            yield InsertDefinition(path, shim)
    if is_hoisted(suite, fixture):
        yield InsertStatements(path, body.policy)
    for name in body.names:
        yield DropImportIfUnused(path, name)
    if body.debug and has(suite.target, "asyncio_debug"):
        place = suite.place
        yield SetOption(place.path, place.section, _DEBUG_OPTION, "true")


def _surroundings(suite: Suite, fixture: FixtureDef, body: LoopBody, action: str) -> Iterator[Operation]:
    """Keep the set-up and tear-down of the body as a fixture without a loop of its own."""
    path, function = fixture.key.path, fixture.function
    name = _free_name(suite, fixture)
    yield RenameFunction(path, function.span, name)
    if action == "requested":
        for item in reached(suite, fixture, used=True):
            yield EnsureImport(item.owner, "pytest")
            yield AddDecorator(item.owner, item.function.span, f'pytest.mark.usefixtures("{name}")')
    else:
        yield SetCallKeyword(path, fixture.decl.span, "autouse", "True")
    maker = body.maker if action == "on-loop" else None
    if maker is not None:
        yield from _on_loop(fixture, maker[1])
    for span in body.made:
        if maker is None or span != maker[0]:
            yield RemoveStatement(path, span)
    assert body.handed is not None and body.handing is not None
    if body.yields:
        yield ReplaceExpression(path, body.handed, "")
    else:
        yield RemoveStatement(path, body.handing)
    if body.annotation is not None:
        yield ReplaceExpression(path, body.annotation, "None")


def _on_loop(fixture: FixtureDef, maker: Span) -> Iterator[Operation]:
    """Run the body on the loop of the tests, and give it that loop."""
    path, decl = fixture.key.path, fixture.decl
    scope = Scope.FUNCTION if fixture.scope is None else fixture.scope
    yield ReplaceCallee(path, decl.span, "pytest_asyncio.fixture")
    yield EnsureImport(path, "pytest_asyncio")
    yield EnsureImport(path, "asyncio")
    yield SetCallKeyword(path, decl.span, "loop_scope", f'"{scope.word}"')
    yield MakeAsync(path, fixture.function.span)
    yield ReplaceExpression(path, maker, "asyncio.get_running_loop()")


def _free_name(suite: Suite, fixture: FixtureDef) -> str:
    """Return a name that nothing else in the class or module has, and no fixture."""
    facts = suite.workspace.module(fixture.key.path)
    prefix = fixture.key.qualname.rpartition(".")[0]
    taken = {f.name for f in facts.functions if f.qualname.rpartition(".")[0] == prefix} if facts is not None else set()
    taken |= set(suite.graph.registrations)
    choices = ("setup_teardown", "setup_and_teardown", *(f"setup_teardown_{n}" for n in range(2, 99)))
    return next(name for name in choices if name not in taken)
