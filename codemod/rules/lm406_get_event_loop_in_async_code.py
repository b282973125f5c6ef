"""Async code calls `asyncio.get_event_loop()`.

*What it does.* Finds `asyncio.get_event_loop()` in the body of async tests and async fixtures that pytest-asyncio runs
and writes `asyncio.get_running_loop()`. Only in suites that go to a newer version: across 1.0, where the `event_loop`
fixture went, or across 1.4, from which on the call raises in sync code.

*Why is this bad.* The call means the running loop here, and something else as soon as the line moves to a sync
function: a loop that runs nothing, or `There is no current event loop in thread 'MainThread'`.

*Fix safety.* Safe: while a coroutine runs both calls give the loop that runs it, on every Python version.

*Left alone.* Nested functions and lambdas, which may run elsewhere; helpers; sync code;
`asyncio.get_event_loop_policy().get_event_loop()`; suites that replace `get_event_loop` by something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.legacy_facts import GET_EVENT_LOOP
from codemod.analysis.models import has
from codemod.model import Applicability, Location
from codemod.operations import DropImportIfUnused, EnsureImport, Operation, ReplaceCallee
from codemod.rules._base import Case, finding, local_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.facts import CallFact, FunctionFacts
    from codemod.analysis.suite import Suite
    from codemod.operations import Span


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per call."""
    across = has(suite.target, "no_current_loop") and not has(suite.version, "no_current_loop")
    if not (suite.leaves_event_loop or across) or _is_replaced(suite):
        return
    for (path, _), function in sorted(_async_functions(suite).items(), key=lambda found: found[0]):
        if not suite.workspace.is_test_code(path):
            continue
        for number, call in enumerate({c.span: c for c in function.flow.calls if c.callee in GET_EVENT_LOOP}.values()):
            message = f"`{function.name}` asks for the current event loop where the running one is meant"
            location = Location(path, call.span.line, call.span.column + 1)
            found = finding("LM406", location, message, f"get_event_loop:{number}", function.qualname)
            yield Case(found, _operations(suite, path, call), Applicability.SAFE)


def _async_functions(suite: Suite) -> dict[tuple[str, Span], FunctionFacts]:
    """Return the async tests and fixtures that pytest-asyncio runs, each with the file it is written in."""
    graph = suite.graph
    tests = {(i.owner, i.function.span): i.function for i in graph.items if i.kind == "asyncio" and i.function.is_async}
    fixtures = {(k.path, f.function.span): f.function for k, f in graph.fixtures.items() if graph.is_handled(f)}
    return {**tests, **fixtures}


def _is_replaced(suite: Suite) -> bool:
    """Tell whether a test or fixture puts something else in the place of the function."""
    files = [*suite.workspace.conftests(), *suite.workspace.test_modules()]
    flows = (flow for facts in files for flow in (facts.flow, *(f.flow for f in facts.functions)))
    return any(name.rpartition(".")[2] == "get_event_loop" for flow in flows for name in flow.replaced)


def _operations(suite: Suite, path: str, call: CallFact) -> tuple[Operation, ...]:
    module, dot, _ = call.text.partition("(")[0].rpartition(".")
    if dot:
        return (ReplaceCallee(path, call.span, f"{module}.get_running_loop"),)
    facts = suite.workspace.module(path)
    imports = facts.imports if facts is not None else {}
    alias = next((name for name, dotted in imports.items() if dotted == "asyncio"), "")
    return (
        ReplaceCallee(path, call.span, f"{alias or 'asyncio'}.get_running_loop"),
        *(() if alias else (EnsureImport(path, "asyncio"),)),
        *(DropImportIfUnused(path, name) for name, dotted in imports.items() if dotted in GET_EVENT_LOOP),
    )


RULE = local_rule(
    code="LM406",
    name="get-event-loop-in-async-code",
    summary="async code asks for the current event loop",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    cases=cases,
    cure="ask for the running loop in async code",
    valid_from="0.10.0",
)
