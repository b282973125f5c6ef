"""Async code asks for `event_loop`.

*What it does.* Finds async tests and fixtures with a parameter `event_loop`. One that is not used is dropped; one that
is used becomes `event_loop = asyncio.get_running_loop()` at the head of the body.

*Why is this bad.* From pytest-asyncio 1.0 on: `fixture 'event_loop' not found`.

*Fix safety.* Safe: in async code that pytest-asyncio runs `event_loop` was the running loop, in every version. Unsafe
where the loop is closed, stopped or configured, which lasts longer on a loop that others share, and in fixtures wider
than a test of 0.23 to 0.26, which ran on another loop.

*Left alone.* `event_loop.run_until_complete()` in async code, which always raised; tests that another plugin runs;
parameters that a fixture of the project serves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.event_loop import Decision, Requester, is_shim, request_decision, requesters
from codemod.analysis.legacy_facts import EVENT_LOOP
from codemod.model import Applicability, EnsureImport, Location, Operation, PrependStatements, RemoveParameter
from codemod.rules._base import Case, finding, local_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite

_RUNNING = "event_loop = asyncio.get_running_loop()"


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per async function that takes ``event_loop`` as a parameter."""
    for requester in requesters(suite):
        if requester.how == "parameter" and requester.runs_on_loop and _concerns(suite, requester):
            decision = request_decision(suite, requester)
            yield _case(requester, decision)


def _concerns(suite: Suite, requester: Requester) -> bool:
    """Tell whether the fixture goes away, or is gone; one that the project itself defines from 1.0 on is its own."""
    if requester.definition is not None and is_shim(requester.definition):
        return False
    return suite.leaves_event_loop or (not suite.has_event_loop and requester.definition is None)


def _case(requester: Requester, decision: Decision) -> Case:
    function = requester.function
    location = Location(requester.path, function.span.line, function.span.column + 1)
    says = "does not use it" if decision.action == "drop" else "uses it as the running loop"
    message = f"`{function.name}` asks for `event_loop` and {says}"
    if decision.action == "keep":
        message = f"`{function.name}` asks for `event_loop`: {decision.reason}"
    found = finding("LM402", location, message, "parameter", function.qualname)
    operations: tuple[Operation, ...] = (RemoveParameter(requester.path, function.span, EVENT_LOOP),)
    if decision.action == "keep":
        operations = ()
    elif decision.action == "running":
        operations += (
            PrependStatements(requester.path, function.span, (_RUNNING,)),
            EnsureImport(requester.path, "asyncio"),
        )
    return Case(found, operations, decision.applicability, decision.reason)


RULE = local_rule(
    code="LM402",
    name="event-loop-parameter",
    summary="async code asks for the event_loop fixture",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    cases=cases,
    cure="take the running loop instead of the event_loop fixture",
)
