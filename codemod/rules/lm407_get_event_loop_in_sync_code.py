"""Sync code asks for the current event loop.

*What it does.* Finds sync tests and fixtures that call `asyncio.get_event_loop()`, themselves or through functions,
constructors and methods of the project. A fixture gets the decorator `pytest_asyncio.fixture`, under which also a sync
function has the loop of its scope as the current one; a test asks for the `event_loop` fixture (LM403).

*Why is this bad.* From pytest-asyncio 1.4 on: `RuntimeError: There is no current event loop in thread 'MainThread'`, at
the first such call after a loop of the run was closed. Which test that is depends on the order.

*Fix safety.* Safe for tests, which get a loop of their own as before, and for fixtures whose tests all run on a loop of
one scope; unsafe where those differ, or where the fixture lives longer than a test.

*Left alone.* Calls whose RuntimeError is caught; functions that need an async fixture, whose loop is the current one;
calls inside nested functions; calls loopmend cannot follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.current_loop import Asker, askers, loop_scope_of_users
from codemod.analysis.legacy_facts import EVENT_LOOP
from codemod.analysis.shim import missing_shim
from codemod.model import Applicability
from codemod.operations import AddParameter, DropImportIfUnused, EnsureImport, Operation, ReplaceCallee, SetCallKeyword
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._places import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite
    from codemod.model import Finding
    from codemod.scopes import Scope


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per sync test or fixture that loses its current loop."""
    shim = missing_shim(suite)[1]
    for asker in askers(suite):
        yield _fixture(suite, asker) if asker.fixture is not None else _test(asker, shim)


def _test(asker: Asker, shim: tuple[Operation, ...]) -> Case:
    edit = AddParameter(asker.path, asker.function.span, EVENT_LOOP)
    return Case(_finding(asker), (edit, *shim), Applicability.SAFE)


def _fixture(suite: Suite, asker: Asker) -> Case:
    assert asker.fixture is not None
    decl, cache = asker.fixture.decl, asker.fixture.scope
    scope, reason = loop_scope_of_users(suite, asker)
    if scope is None or not decl.editable or cache is None:
        return Case(_finding(asker), condition=reason or "its decorator is built by other code")
    operations: list[Operation] = [
        ReplaceCallee(asker.path, decl.span, "pytest_asyncio.fixture"),
        EnsureImport(asker.path, "pytest_asyncio"),
        DropImportIfUnused(asker.path, "pytest"),
    ]
    needed = max(scope, cache)
    if needed is not _default(suite, cache):
        operations.append(SetCallKeyword(asker.path, decl.span, "loop_scope", f'"{needed.word}"'))
    if needed is not scope:
        longer = f"it lives for the {cache.word}, longer than the loop of its tests"
        return Case(_finding(asker), tuple(operations), Applicability.UNSAFE, longer)
    return Case(_finding(asker), tuple(operations), Applicability.SAFE)


def _default(suite: Suite, cache: Scope) -> Scope:
    """Return the loop scope a fixture of this cache scope gets without being given one."""
    layout = suite.translation.layout if suite.translation is not None else None
    default = (layout or suite.layout).fixture_default
    return cache if default is None else default


def _finding(asker: Asker) -> Finding:
    span = asker.function.span
    location = place(asker.path, span)
    where = "" if asker.asked_at.path == asker.path and asker.asked_at.line >= span.line else f" ({asker.asked_at})"
    message = f"sync `{asker.function.name}` asks for the current event loop{where}, and from 1.4 on there is none"
    return finding("LM407", location, message, "current-loop", asker.function.qualname)


RULE = local_rule(
    code="LM407",
    name="get-event-loop-in-sync-code",
    summary="sync code asks for the current event loop, which is gone from 1.4 on",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    cases=cases,
    cure="give sync code a current event loop",
    breaks=True,
)
