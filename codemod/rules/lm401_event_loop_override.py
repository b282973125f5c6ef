"""The `event_loop` fixture is replaced.

*What it does.* Finds every fixture named `event_loop` and says what becomes of it: one that only makes a loop is
deleted, or turned into a fixture that hands out the running loop where sync code asks for it; set-up and tear-down
around the loop stay, as an autouse fixture.

*Why is this bad.* From pytest-asyncio 1.0 on the fixture is ignored without a word: its set-up no longer happens, the
loop it made runs nothing, and what shared it no longer does (`attached to a different loop`).

*Fix safety.* Safe where the body is understood line by line, every test that sees the fixture used it, and, for one
wider than a test, who shares a loop stays as it was (LM400). Unsafe where the set-up would also run for tests that did
not ask for it, or in another order, and where the body configures its loop (an exception handler, a task factory),
which an async fixture then does to the running one. A loop of another kind (uvloop, a simulated clock) becomes a
`pytest_asyncio_loop_factories` hook.

From 1.0 on, one that nothing asks for is deleted where a crossing of the same suite is repaired, else shown.

A policy that a session's override sets for the whole suite is set when its conftest is imported.

*Left alone.* Bodies that run the loop themselves, a policy that is chosen otherwise, computed
scopes, parameters: a person has to decide. From 1.0 on, an override that sync code asks for is the project's own loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.custom_loops import custom_loops, decisions
from codemod.analysis.event_loop import dead_overrides
from codemod.model import Applicability
from codemod.rules._base import Rule, finding
from codemod.rules._places import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.resolve import FixtureDef
    from codemod.analysis.suite import Suite
    from codemod.model import Finding

_BECOMES = {
    "delete": "it makes nothing but a loop, which pytest-asyncio does by itself",
    "surroundings": "its set-up and tear-down stay, as an autouse fixture without a loop",
    "on-loop": "what it does to its loop can be done to the running one, in an async autouse fixture",
    "requested": "its set-up and tear-down stay, as a fixture without a loop that the tests which had it ask for",
}


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding per override: on its way to 1.0, or ignored there already."""
    if suite.leaves_event_loop:
        loops = custom_loops(suite)
        for fixture, decision in decisions(suite).items():
            says = loops.says(fixture) or _BECOMES.get(decision.action, decision.reason)
            yield _finding(fixture, f"`event_loop` is ignored from pytest-asyncio 1.0 on: {says}")
    for fixture in dead_overrides(suite):
        message = f"`event_loop` is ignored by pytest-asyncio {suite.version}, and nothing asks for it"
        yield _finding(fixture, message, "delete it, and set the loop scopes it was meant to give")


def _finding(fixture: FixtureDef, message: str, advice: str = "") -> Finding:
    span = fixture.function.span
    location = place(fixture.key.path, span)
    return finding(RULE.code, location, message, "override", fixture.key.qualname, advice=advice)


RULE = Rule(
    code="LM401",
    name="event-loop-override",
    summary="the event_loop fixture is replaced, which is ignored from 1.0 on",
    since="0.2.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    check=check,
    breaks=True,
)
