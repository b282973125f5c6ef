"""Async code asks for `event_loop`.

*What it does.* Finds async tests and fixtures with a parameter `event_loop`. One that is not used is dropped; one that
is used becomes `event_loop = asyncio.get_running_loop()` at the head of the body.

*Why is this bad.* From pytest-asyncio 1.0 on: `fixture 'event_loop' not found`.

*Fix safety.* Safe: in async code that pytest-asyncio runs `event_loop` was the running loop, in every version. Unsafe
where the loop is closed, stopped or configured, which lasts longer on a loop that others share, and in fixtures wider
than a test of 0.23 to 0.26, which ran on another loop.

A call of `getfixturevalue("event_loop")` is replaced in the same way (unsafe).

*Left alone.* `event_loop.run_until_complete()` in async code, which always raised; tests that another plugin runs;
parameters that a fixture of the project serves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.event_loop import Decision, Requester, request_decision, requesters
from codemod.analysis.event_loop_facts import is_shim
from codemod.analysis.legacy_facts import EVENT_LOOP
from codemod.model import Applicability
from codemod.operations import EnsureImport, Operation, PrependStatements, RemoveParameter, ReplaceExpression
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._places import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite

_RUNNING = "asyncio.get_running_loop()"


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per async function that takes ``event_loop`` as a parameter."""
    for requester in requesters(suite):
        if requester.how != "usefixtures" and requester.runs_on_loop and _concerns(suite, requester):
            decision = request_decision(suite, requester)
            yield _case(requester, decision)


def _concerns(suite: Suite, requester: Requester) -> bool:
    """Tell whether the fixture goes away, or is gone; one that the project itself defines from 1.0 on is its own."""
    if requester.definition is not None and is_shim(requester.definition.function):
        return False
    return suite.leaves_event_loop or (not suite.has_event_loop and requester.definition is None)


def _case(requester: Requester, decision: Decision) -> Case:
    function = requester.function
    location = place(requester.path, function.span)
    says = "does not use it" if decision.action == "drop" else "uses it as the running loop"
    message = f"`{function.name}` asks for `event_loop` and {says}"
    if decision.action == "keep":
        message = f"`{function.name}` asks for `event_loop`: {decision.reason}"
    found = finding("LM402", location, message, requester.how, function.qualname)
    return Case(found, tuple(_edits(requester, decision)), decision.applicability, decision.reason)


def _edits(requester: Requester, decision: Decision) -> Iterator[Operation]:
    path, span, legacy = requester.path, requester.function.span, requester.function.legacy
    if decision.action == "keep":
        return
    if requester.how == "parameter":
        yield RemoveParameter(path, span, EVENT_LOOP)
    if decision.action == "running":
        yield EnsureImport(path, "asyncio")
        if requester.how == "parameter":
            yield PrependStatements(path, span, (f"{EVENT_LOOP} = {_RUNNING}",))
        for call in legacy.dynamic if legacy is not None and requester.how == "getfixturevalue" else ():
            yield ReplaceExpression(path, call, _RUNNING)


RULE = local_rule(
    code="LM402",
    name="event-loop-parameter",
    summary="async code asks for the event_loop fixture",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    cases=cases,
    cure="take the running loop instead of the event_loop fixture",
    breaks=True,
    valid_from="0.12.0",
)
